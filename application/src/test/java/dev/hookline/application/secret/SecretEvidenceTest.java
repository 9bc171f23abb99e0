package dev.hookline.application.secret;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.domain.handler.SecretFingerprint;
import dev.hookline.domain.handler.Verification.Authentic;
import dev.hookline.testing.InMemoryStorage;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretEvidenceTest {
  private final InMemoryStorage storage = new InMemoryStorage();
  private final SecretEvidence evidence = new SecretEvidence(storage.secretUses());

  private void match(String secret, int position, long second) {
    evidence.matched(
        GITHUB, new Authentic(position, SecretFingerprint.of(secret)), NOON.plusSeconds(second));
  }

  private static SecretUse use(String secret, int position, long first, long last, long count) {
    return new SecretUse(
        GITHUB,
        SecretFingerprint.of(secret),
        position,
        NOON.plusSeconds(first),
        NOON.plusSeconds(last),
        count);
  }

  @Test
  void whatMatchedIsPutOnRecordOnce() {
    match("a", 1, 0);
    match("a", 1, 4);
    match("a", 1, 2);
    evidence.putOnRecord();
    evidence.putOnRecord();
    assertEquals(List.of(use("a", 1, 0, 4, 3)), storage.secretUses().list());
    assertEquals(List.of(use("a", 1, 0, 4, 3)), evidence.sinceStart());

    match("a", 2, 9);
    match("b", 1, 8);
    evidence.putOnRecord();
    assertEquals(List.of(use("b", 1, 8, 8, 1), use("a", 2, 0, 9, 4)), storage.secretUses().list());
  }

  @Test
  void whatAnOutageKeptOffIsAddedAfterwards() {
    match("a", 1, 0);
    storage.away(true);
    assertThrows(StoreUnavailableException.class, evidence::putOnRecord);
    match("a", 1, 1);
    storage.away(false);
    evidence.putOnRecord();
    assertEquals(List.of(use("a", 1, 0, 1, 2)), storage.secretUses().list());
  }

  @Test
  void withoutDeliveriesTheRecordIsNotAsked() {
    storage.away(true);
    evidence.putOnRecord();
    assertEquals(List.of(), evidence.sinceStart());
  }

  @Test
  void ofTooManySecretsTheLongestUnusedIsForgotten() {
    for (int i = 0; i < SecretEvidence.MOST + 1; i++) {
      match("secret " + i, 1, i);
    }
    List<SecretUse> kept = evidence.sinceStart();
    assertEquals(SecretEvidence.MOST, kept.size());
    assertFalse(
        kept.stream().anyMatch(use -> use.fingerprint().equals(SecretFingerprint.of("secret 0"))));
  }
}
