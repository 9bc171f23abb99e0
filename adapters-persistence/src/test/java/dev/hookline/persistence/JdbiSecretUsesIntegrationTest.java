package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.secret.SecretUse;
import dev.hookline.testing.SecretUsesContract;
import dev.hookline.testing.Storage;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiSecretUsesIntegrationTest extends SecretUsesContract {
  private static final int INTAKES = 8;
  private static final int TIMES = 20;

  private final PostgresStorage storage = new PostgresStorage();

  @Override
  protected Storage storage() {
    return storage;
  }

  @BeforeEach
  void empty() {
    storage.empty();
  }

  @AfterAll
  void close() {
    storage.close();
  }

  @Test
  void intakesThatAddAtOnceLoseNothing() throws Exception {
    SecretUse one = use("github", "a", 1, 0, 1, 1);
    SecretUse other = use("github", "b", 2, 0, 1, 1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> intakes =
          IntStream.range(0, INTAKES)
              .<Callable<Boolean>>mapToObj(
                  number ->
                      () -> {
                        var uses = number % 2 == 0 ? List.of(one, other) : List.of(other, one);
                        for (int i = 0; i < TIMES; i++) {
                          storage.secretUses().add(uses);
                        }
                        return true;
                      })
              .toList();
      for (Future<Boolean> done : threads.invokeAll(intakes)) {
        done.get();
      }
    }
    long all = INTAKES * TIMES;
    assertEquals(
        List.of(use("github", "a", 1, 0, 1, all), use("github", "b", 2, 0, 1, all)),
        storage.secretUses().list());
  }
}
