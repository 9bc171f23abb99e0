package dev.hookline.torture.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a few classes. What is to be done is its argument: {@code plant=NAME} when the process
 * starts, or {@code crash=CLASS#METHOD#entry|exit#EXIT_CODE#PASSES} while it runs. Until then a
 * process without a defect is the one that is shipped, in every class of it.
 */
public final class Agent implements ClassFileTransformer {
  private final Map<String, ClassTransform> transforms;

  private Agent(Map<String, ClassTransform> transforms) {
    this.transforms = transforms;
  }

  /** Called by the JVM before {@code main}. */
  public static void premain(String argument, Instrumentation instrumentation) {
    instrumentation.addTransformer(of(argument));
  }

  /** Called by the JVM when it is told to load this while it runs. */
  public static void agentmain(String argument, Instrumentation instrumentation)
      throws UnmodifiableClassException {
    Agent agent = of(argument);
    instrumentation.addTransformer(agent, true);
    for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
      if (agent.transforms.containsKey(loaded.getName())) {
        instrumentation.retransformClasses(loaded);
      }
    }
  }

  static Agent of(String argument) {
    String[] parts = argument.split("=", 2);
    return switch (parts[0]) {
      case "crash" -> crash(parts[1].split("#", -1));
      case "plant" -> new Agent(Plants.transforms(parts[1]));
      default -> throw new IllegalArgumentException(argument);
    };
  }

  private static Agent crash(String[] where) {
    int exitCode = Integer.parseInt(where[3]);
    CrashPoint.arm(exitCode, Integer.parseInt(where[4]));
    return new Agent(
        Map.of(where[0], Rewriting.crash(where[1], where[2].equals("entry"), exitCode)));
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
