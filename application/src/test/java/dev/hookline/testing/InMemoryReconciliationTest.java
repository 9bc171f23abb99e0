package dev.hookline.testing;

final class InMemoryReconciliationTest extends ReconciliationContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
