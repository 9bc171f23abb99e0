package dev.hookline.persistence;

import dev.hookline.testing.OverviewContract;
import dev.hookline.testing.Storage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JdbiOverviewIntegrationTest extends OverviewContract {
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
}
