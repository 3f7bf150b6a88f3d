package dev.tertulia.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// No class uses the default locale, charset or time zone of the machine, neither explicitly nor by
/// omission: output for programs must not differ between machines. Format strings are checked by
/// Error Prone's `DefaultLocale`, which the build treats as an error.
final class MachineDefaultsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.tertulia.client");

  private static final List<Pattern> FORBIDDEN =
      List.of(
          Pattern.compile("java\\.util\\.Locale\\.getDefault\\(.*\\)"),
          Pattern.compile("java\\.util\\.TimeZone\\.getDefault\\(\\)"),
          Pattern.compile("java\\.time\\.ZoneId\\.systemDefault\\(\\)"),
          Pattern.compile("java\\.time\\.Clock\\.systemDefaultZone\\(\\)"),
          Pattern.compile("java\\.time\\.(Local|Zoned|Offset|Year|Month)\\w*\\.now\\(\\)"),
          Pattern.compile("java\\.nio\\.charset\\.Charset\\.defaultCharset\\(\\)"),
          Pattern.compile("java\\.lang\\.String\\.(getBytes|toLowerCase|toUpperCase)\\(\\)"),
          Pattern.compile("java\\.lang\\.String\\.<init>\\(\\[B(, int, int)?\\)"),
          Pattern.compile("java\\.lang\\.String\\.format\\(java\\.lang\\.String, .*\\)"),
          Pattern.compile(
              "java\\.io\\.Print(Stream|Writer)\\.(printf|format)\\(java\\.lang\\.String.*\\)"),
          Pattern.compile("java\\.util\\.Formatter\\.<init>\\(\\)"),
          Pattern.compile("java\\.io\\.ByteArrayOutputStream\\.toString\\(\\)"),
          Pattern.compile("java\\.io\\.(InputStreamReader|OutputStreamWriter)\\.<init>\\([^,]*\\)"),
          Pattern.compile("java\\.io\\.File(Reader|Writer)\\.<init>\\([^,]*(, boolean)?\\)"),
          Pattern.compile(
              "java\\.io\\.Print(Stream|Writer)\\.<init>"
                  + "\\(java\\.io\\.(OutputStream|File)(, boolean)?\\)"),
          Pattern.compile("java\\.util\\.Scanner\\.<init>\\(java\\.io\\.(InputStream|File)\\)"),
          Pattern.compile(
              "java\\.lang\\.Process\\.(input|error)Reader\\(\\)|java\\.lang\\.Process\\.outputWriter\\(\\)"),
          Pattern.compile("java\\.net\\.URL(En|De)coder\\.(en|de)code\\(java\\.lang\\.String\\)"),
          Pattern.compile(
              "java\\.time\\.format\\.DateTimeFormatter\\.ofPattern\\(java\\.lang\\.String\\)"),
          Pattern.compile("java\\.time\\.format\\.DateTimeFormatter\\.ofLocalized.*"),
          Pattern.compile(
              "java\\.text\\.(SimpleDateFormat|DecimalFormat)\\.<init>\\((java\\.lang\\.String)?\\)"),
          Pattern.compile("java\\.text\\.\\w+\\.get\\w*Instance\\(\\)"));

  @Test
  void noCodeUsesTheDefaultLocaleCharsetOrTimeZone() {
    assertThat(asked(CLASSES)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.String.toLowerCase()",
        "java.lang.String.<init>([B)",
        "java.lang.String.format(java.lang.String, [Ljava.lang.Object;)",
        "java.time.ZoneId.systemDefault()",
        "java.time.LocalDate.now()",
        "java.io.InputStreamReader.<init>(java.io.InputStream)",
        "java.util.Locale.getDefault()",
        "java.nio.charset.Charset.defaultCharset()",
      })
  void everyUseIsFound(String what) {
    assertThat(asked(new ClassFileImporter().importClasses(Asks.class)))
        .anySatisfy(one -> assertThat(one).endsWith(": " + what));
  }

  private static Set<String> asked(JavaClasses classes) {
    Set<String> asked = new TreeSet<>();
    for (JavaClass origin : classes) {
      for (JavaCodeUnitAccess<?> access : origin.getCodeUnitAccessesFromSelf()) {
        CodeUnitAccessTarget target = access.getTarget();
        String name =
            target.getOwner().getFullName()
                + "."
                + target.getName()
                + "("
                + String.join(
                    ", ", target.getRawParameterTypes().stream().map(JavaClass::getName).toList())
                + ")";
        if (FORBIDDEN.stream().anyMatch(pattern -> pattern.matcher(name).matches())) {
          asked.add(origin.getFullName() + "." + access.getOrigin().getName() + ": " + name);
        }
      }
    }
    return asked;
  }

  /// Asks for everything that nobody is to ask for.
  @SuppressWarnings({"unused", "DefaultLocale", "DefaultCharset", "JavaTimeDefaultTimeZone"})
  private static final class Asks {
    Object all() {
      return List.of(
          new String(new byte[1]),
          String.format("%s", 1),
          java.time.ZoneId.systemDefault(),
          java.time.LocalDate.now(),
          new java.io.InputStreamReader(System.in),
          java.util.Locale.getDefault(),
          java.nio.charset.Charset.defaultCharset(),
          (java.util.function.UnaryOperator<String>) String::toLowerCase);
    }
  }
}
