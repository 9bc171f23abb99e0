package dev.hookline.testing;

final class InMemorySecretUsesTest extends SecretUsesContract {
  private final InMemoryStorage storage = new InMemoryStorage();

  @Override
  protected Storage storage() {
    return storage;
  }
}
