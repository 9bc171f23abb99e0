package dev.hookline.torture.agent;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What defective code does in place of the real one, which it reaches by reflection alone. */
public final class StandIns {
  private static final long TOO_LATE_MILLIS = 400;
  private static final Map<Object, Object> REMEMBERED = new ConcurrentHashMap<>();
  private static final Set<Object> TRIED =
      Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

  private static volatile String defect = "";

  private StandIns() {}

  static void plant(String name) {
    defect = name;
  }

  static String real(String method) {
    return method + "$real";
  }

  /** For {@code HttpTarget.dispatch(Command)}: acknowledges first, and dispatches then. */
  public static Object dispatch(Object target, Object command) {
    later(target, "dispatch", command);
    return made("dev.hookline.domain.pipeline.Outcome$Delivered");
  }

  /** For {@code JdbiPipelineStore.accept(NewPipeline, Duration)}. */
  public static @Nullable Object accept(Object store, Object candidate, Object budget) {
    return switch (defect) {
      case "ANSWER_BEFORE_COMMIT" -> {
        later(store, "accept", candidate, budget);
        yield accepted();
      }
      case "SWALLOWED_ERROR" -> {
        try {
          yield real(store, "accept", candidate, budget);
        } catch (RuntimeException _) {
          yield accepted();
        }
      }
      case "REMEMBERED_IN_MEMORY" -> rememberedInMemory(store, candidate, budget);
      default -> throw new IllegalStateException(defect);
    };
  }

  private static @Nullable Object rememberedInMemory(
      Object store, Object candidate, Object budget) {
    Object key = Objects.requireNonNull(value(candidate, "key"));
    Object first = REMEMBERED.get(key);
    if (first == null) {
      Object end = real(store, "accept", candidate, budget);
      REMEMBERED.put(
          key,
          Objects.requireNonNull(
              value(Objects.requireNonNull(value(candidate, "pipeline")), "id")));
      return end;
    }
    return made(
        "dev.hookline.application.pipeline.PipelineStore$Acceptance$Duplicate", first, false);
  }

  /** For {@code JdbiPipelineStore.write(Handle, List)}: stores anew what it has tried before. */
  public static @Nullable Object write(Object store, Object handle, Object rows) {
    var again = new ArrayList<Object>();
    for (Object row : (List<?>) rows) {
      again.add(TRIED.add(row) ? row : anew(store, row));
    }
    return real(store, "write", handle, again);
  }

  private static Object anew(Object store, Object row) {
    Object candidate = Objects.requireNonNull(field(row, "candidate"));
    Object pipeline = Objects.requireNonNull(value(candidate, "pipeline"));
    Object event = Objects.requireNonNull(value(pipeline, "event"));
    Object id = made("dev.hookline.domain.pipeline.PipelineId", UUID.randomUUID());
    Object key = made("dev.hookline.domain.delivery.DeliveryKey", UUID.randomUUID().toString());
    Object received = received(pipeline.getClass(), id, event);
    Object other =
        made(
            candidate.getClass().getName(),
            received,
            Objects.requireNonNull(value(candidate, "delivery")),
            key,
            false,
            Objects.requireNonNull(value(candidate, "putOff")));
    return made(row.getClass().getName(), other, Objects.requireNonNull(field(store, "format")));
  }

  private static Object received(Class<?> pipeline, Object id, Object event) {
    try {
      Method method =
          Arrays.stream(pipeline.getDeclaredMethods())
              .filter(m -> m.getName().equals("received") && m.getParameterCount() == 2)
              .findFirst()
              .orElseThrow();
      return method.invoke(null, id, event);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object accepted() {
    return made("dev.hookline.application.pipeline.PipelineStore$Acceptance$Accepted");
  }

  private static void later(Object self, String method, Object... arguments) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                Thread.sleep(TOO_LATE_MILLIS);
                real(self, method, arguments);
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              } catch (RuntimeException e) {
                // A defect of this kind does not notice.
                System.err.println("planted: " + e);
              }
            });
  }

  private static @Nullable Object real(Object self, String method, Object... arguments) {
    try {
      Method real =
          Arrays.stream(self.getClass().getDeclaredMethods())
              .filter(m -> m.getName().equals(real(method)))
              .findFirst()
              .orElseThrow();
      real.setAccessible(true);
      return real.invoke(self, arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object value(Object of, String accessor) {
    try {
      Method method = of.getClass().getMethod(accessor);
      method.setAccessible(true);
      return method.invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object field(Object of, String name) {
    try {
      var field = of.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object made(String type, Object... arguments) {
    try {
      var constructor =
          Arrays.stream(Class.forName(type).getDeclaredConstructors())
              .filter(c -> c.getParameterCount() == arguments.length)
              .findFirst()
              .orElseThrow();
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
