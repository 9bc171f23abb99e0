package dev.hookline.testing;

final class InMemoryRefusedDeliveriesTest extends RefusedDeliveriesContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
