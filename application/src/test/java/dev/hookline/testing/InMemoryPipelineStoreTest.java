package dev.hookline.testing;

final class InMemoryPipelineStoreTest extends PipelineStoreContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
