package dev.tertulia.server.proof;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/// An agent of the JVM by which the clock of a server is wrong: whatever asks for the time of the
/// machine is given another one.
public final class WrongClock implements ClassFileTransformer {
  private static final String NAME = WrongClock.class.getName();
  private static final String ASKED = "currentTimeMillis";
  private static final MethodTypeDesc MILLIS = MethodTypeDesc.of(ConstantDescs.CD_long);
  private static final DirectMethodHandleDesc WRONG =
      MethodHandleDesc.ofMethod(
          DirectMethodHandleDesc.Kind.STATIC, ClassDesc.of(NAME), "millis", MILLIS);

  private static volatile long ahead;

  private WrongClock() {}

  /// The options of a JVM whose clock is wrong.
  ///
  /// @param folder for the agent
  /// @param seconds by which it is ahead
  static String options(Path folder, int seconds) {
    Path jar = folder.resolve("wrong-clock.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Premain-Class", NAME);
    String file = NAME.replace('.', '/') + ".class";
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest);
        InputStream own = WrongClock.class.getClassLoader().getResourceAsStream(file)) {
      entries.putNextEntry(new JarEntry(file));
      own.transferTo(entries);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "-javaagent:%s=%s".formatted(jar, seconds);
  }

  /// Called by the JVM at its start.
  public static void premain(String seconds, Instrumentation jvm) {
    ahead = Long.parseLong(seconds) * 1_000;
    jvm.addTransformer(new WrongClock());
  }

  /// The time that is told.
  public static long millis() {
    return System.currentTimeMillis() + ahead;
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      String name,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    if (!name.startsWith("dev/tertulia/") || name.equals(NAME.replace('.', '/'))) {
      return null;
    }
    ClassFile file = ClassFile.of();
    CodeTransform wrong = WrongClock::replace;
    return file.transformClass(file.parse(bytes), ClassTransform.transformingMethodBodies(wrong));
  }

  private static void replace(CodeBuilder code, CodeElement element) {
    switch (element) {
      case InvokeInstruction call
          when call.owner().asInternalName().equals("java/lang/System")
              && call.name().equalsString(ASKED) ->
          code.invokestatic(ClassDesc.of(NAME), "millis", MILLIS);
      case InvokeDynamicInstruction made ->
          code.invokedynamic(
              DynamicCallSiteDesc.of(
                  made.bootstrapMethod(),
                  made.name().stringValue(),
                  made.typeSymbol(),
                  made.bootstrapArgs().stream()
                      .map(WrongClock::replaced)
                      .toArray(ConstantDesc[]::new)));
      default -> code.with(element);
    }
  }

  /// In place of `System::currentTimeMillis`.
  private static ConstantDesc replaced(ConstantDesc argument) {
    return argument instanceof DirectMethodHandleDesc method && method.methodName().equals(ASKED)
        ? WRONG
        : argument;
  }
}
