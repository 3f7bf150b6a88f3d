package dev.tertulia.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Who may know whom.
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.tertulia.client");

  @Test
  void onlyTheEntryPointDependsOnTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("dev.tertulia.client.load..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.tertulia.client.cli..", "picocli..")
        .check(CLASSES);
  }

  @Test
  void theServerIsKnownToTestsAlone() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.tertulia.server..", "io.netty..")
        .check(CLASSES);
  }

  /// What measures is not to be held up by what reports.
  @Test
  void onlyTheReportIsJson() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.tertulia.client.cli.ReportJson")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("tools.jackson..")
        .check(CLASSES);
  }
}
