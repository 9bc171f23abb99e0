package dev.hookline.testing;

final class InMemoryOutboxTest extends OutboxContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
