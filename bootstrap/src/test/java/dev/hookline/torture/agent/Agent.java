package dev.hookline.torture.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.security.ProtectionDomain;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a few classes while they are loaded. Its argument is a list of what is to be done,
 * separated by semicolons: {@code crash=CLASS#METHOD#entry|exit#EXIT_CODE} or {@code plant=NAME}. A
 * crash point does nothing until a line on the process's input says {@code EXIT_CODE PASSES}.
 */
public final class Agent implements ClassFileTransformer {
  private final Map<String, ClassTransform> transforms;

  private Agent(Map<String, ClassTransform> transforms) {
    this.transforms = transforms;
  }

  /** Called by the JVM before {@code main}. */
  public static void premain(String argument, Instrumentation instrumentation) {
    instrumentation.addTransformer(of(argument));
    Thread.ofPlatform().daemon().name("crash").start(Agent::obey);
  }

  static Agent of(String argument) {
    var transforms = new HashMap<String, ClassTransform>();
    for (String one : argument.split(";", -1)) {
      String[] parts = one.split("=", 2);
      Map<String, ClassTransform> asked =
          switch (parts[0]) {
            case "crash" -> crash(parts[1].split("#", -1));
            case "plant" -> Plants.transforms(parts[1]);
            default -> throw new IllegalArgumentException(one);
          };
      asked.forEach(
          (name, transform) -> transforms.merge(name, transform, ClassTransform::andThen));
    }
    return new Agent(transforms);
  }

  private static Map<String, ClassTransform> crash(String[] where) {
    int exitCode = Integer.parseInt(where[3]);
    return Map.of(where[0], Rewriting.crash(where[1], where[2].equals("entry"), exitCode));
  }

  private static void obey() {
    try (var orders = new Scanner(System.in, StandardCharsets.UTF_8)) {
      while (orders.hasNextInt()) {
        int exitCode = orders.nextInt();
        CrashPoint.arm(exitCode, orders.nextInt());
      }
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      String name,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain,
      byte[] bytes) {
    if (loader == null) {
      return null;
    }
    try {
      return rewritten(loader, name.replace('/', '.'), bytes).orElse(null);
    } catch (RuntimeException e) {
      // The JVM swallows what is thrown here, and a defect that was not planted would not be found.
      e.printStackTrace();
      Runtime.getRuntime().halt(3);
      throw e;
    }
  }

  /** Empty if the class stays as it is. */
  Optional<byte[]> rewritten(ClassLoader loader, String name, byte[] bytes) {
    ClassTransform transform = transforms.get(name);
    if (transform == null) {
      return Optional.empty();
    }
    var classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(loader)
                    .orElse(ClassHierarchyResolver.defaultResolver())));
    return Optional.of(classFile.transformClass(classFile.parse(bytes), transform));
  }
}
