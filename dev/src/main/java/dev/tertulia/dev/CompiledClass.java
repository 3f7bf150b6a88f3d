package dev.tertulia.dev;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.InnerClassesAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is known of a class from its class file: its source, what it uses, and what others see of
/// it.
///
/// @param name with slashes, as in class files
/// @param source the file that it was compiled from, below the folder of sources
/// @param supertypes the class that it extends and the interfaces, by their names
/// @param mentioned names of all classes that it may use
/// @param shape everything that another class may depend on, as text to compare
/// @param constants what the compiler copies into the classes that use it: names with values
record CompiledClass(
    String name,
    String source,
    Set<String> supertypes,
    Set<String> mentioned,
    String shape,
    Set<String> constants) {
  private static final Pattern NAME = Pattern.compile("[\\w$]+(?:/[\\w$]+)+");

  /// In a descriptor, what stands before a name: primitive types, and the letter that announces a
  /// class.
  private static final Pattern BEFORE_NAME = Pattern.compile("^[A-Z]*L(?=[a-z])");

  private static final ClassFile SHAPES = ClassFile.of(ConstantPoolSharingOption.NEW_POOL);

  static CompiledClass read(byte[] file) {
    ClassModel model = ClassFile.of().parse(file);
    String name = model.thisClass().asInternalName();
    String source =
        model
            .findAttribute(Attributes.sourceFile())
            .map(attribute -> attribute.sourceFile().stringValue())
            .orElse("");
    Set<String> supertypes =
        Stream.concat(model.superclass().stream(), model.interfaces().stream())
            .map(ClassEntry::asInternalName)
            .collect(Collectors.toUnmodifiableSet());
    return new CompiledClass(
        name,
        name.substring(0, name.lastIndexOf('/') + 1) + source,
        supertypes,
        mentioned(model),
        HexFormat.of().formatHex(SHAPES.transformClass(model, CompiledClass::shape)),
        constants(model));
  }

  private static Set<String> mentioned(ClassModel model) {
    Set<String> names = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof Utf8Entry text) {
        NAME.matcher(text.stringValue())
            .results()
            .map(MatchResult::group)
            .map(name -> BEFORE_NAME.matcher(name).replaceFirst(""))
            .forEach(names::add);
      }
    }
    return names;
  }

  /// Copies what others see: neither code nor what is private or made up by the compiler.
  private static void shape(ClassBuilder shape, ClassElement element) {
    switch (element) {
      case MethodModel method -> {
        if (isVisible(method.flags().flagsMask())) {
          shape.transformMethod(
              method,
              (visible, part) -> {
                if (!(part instanceof CodeModel)) {
                  visible.with(part);
                }
              });
        }
      }
      case FieldModel field -> {
        if (isVisible(field.flags().flagsMask())) {
          shape.with(field);
        }
      }
      case SourceFileAttribute _, InnerClassesAttribute _, NestMembersAttribute _ -> {}
      default -> shape.with(element);
    }
  }

  private static boolean isVisible(int flags) {
    return (flags & (ClassFile.ACC_PRIVATE | ClassFile.ACC_SYNTHETIC)) == 0;
  }

  private static Set<String> constants(ClassModel model) {
    return model.fields().stream()
        .filter(field -> isVisible(field.flags().flagsMask()))
        .flatMap(field ->
            field
                .findAttribute(Attributes.constantValue())
                .map(value -> field.fieldName() + "=" + value.constant().constantValue())
                .stream())
        .collect(Collectors.toUnmodifiableSet());
  }
}
