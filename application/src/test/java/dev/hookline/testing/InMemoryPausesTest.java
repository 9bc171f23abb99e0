package dev.hookline.testing;

final class InMemoryPausesTest extends PausesContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
