package dev.hookline.testing;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.application.secret.SecretUse;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every {@link dev.hookline.application.secret.SecretUses} does. */
public abstract class SecretUsesContract {

  /** Empty at the start of each test, and the same one throughout it. */
  protected abstract Storage storage();

  protected static SecretUse use(
      String service, String secret, int position, long first, long last, long deliveries) {
    return new SecretUse(
        new Service(service),
        SecretFingerprint.of(secret),
        position,
        NOON.plusSeconds(first),
        NOON.plusSeconds(last),
        deliveries);
  }

  @Test
  void nothingIsOnRecordAtFirst() {
    assertEquals(List.of(), storage().secretUses().list());
    storage().secretUses().add(List.of());
    assertEquals(List.of(), storage().secretUses().list());
  }

  @Test
  void usesAreListedByServiceAndPosition() {
    SecretUse ofSlack = use("slack", "a", 1, 0, 5, 2);
    SecretUse second = use("github", "a", 2, 0, 9, 7);
    SecretUse first = use("github", "b", 1, 3, 3, 1);

    storage().secretUses().add(List.of(ofSlack, second, first));

    assertEquals(List.of(first, second, ofSlack), storage().secretUses().list());
  }

  @Test
  void whatSeveralIntakesSawIsAddedUp() {
    storage().secretUses().add(List.of(use("github", "a", 1, 10, 20, 5)));
    storage().secretUses().add(List.of(use("github", "a", 2, 15, 60, 1)));
    storage().secretUses().add(List.of(use("github", "a", 1, 5, 30, 3)));

    assertEquals(List.of(use("github", "a", 2, 5, 60, 9)), storage().secretUses().list());
  }
}
