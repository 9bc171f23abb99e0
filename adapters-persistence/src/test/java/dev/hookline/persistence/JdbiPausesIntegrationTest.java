package dev.hookline.persistence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.pause.PauseScope;
import dev.hookline.testing.PausesContract;
import dev.hookline.testing.Storage;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiPausesIntegrationTest extends PausesContract {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

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
  void workersAreToldOfPauseAndResume() throws InterruptedException {
    var heard = new Semaphore(0);
    try (var _ = storage.database().outboxSignal().listen(_ -> heard.release())) {
      awaitOne(heard); // of the connection itself
      storage.pauses().pause(PauseScope.EVERYTHING);
      awaitOne(heard);
      storage.pauses().resume(PauseScope.EVERYTHING);
      awaitOne(heard);
      storage.pauses().resumeAll();
      awaitOne(heard);
    }
  }

  private static void awaitOne(Semaphore heard) throws InterruptedException {
    assertTrue(heard.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS), "never told");
  }
}
