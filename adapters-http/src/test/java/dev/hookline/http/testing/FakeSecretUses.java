package dev.hookline.http.testing;

import dev.hookline.application.secret.SecretUse;
import dev.hookline.application.secret.SecretUses;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps everything in memory as it was added. */
public final class FakeSecretUses implements SecretUses {
  private final List<SecretUse> added = new CopyOnWriteArrayList<>();

  @Override
  public void add(List<SecretUse> uses) {
    added.addAll(uses);
  }

  @Override
  public List<SecretUse> list() {
    return List.copyOf(added);
  }
}
