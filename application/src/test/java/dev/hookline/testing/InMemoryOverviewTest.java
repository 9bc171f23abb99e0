package dev.hookline.testing;

final class InMemoryOverviewTest extends OverviewContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
