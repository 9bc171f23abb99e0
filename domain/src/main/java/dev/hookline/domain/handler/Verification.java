package dev.hookline.domain.handler;

import dev.hookline.domain.error.WebhookError.InvalidSignatureError;

/** Whether a delivery was signed with one of the service's secrets, in time. */
public sealed interface Verification {

  /**
   * Both parameters name the secret that matched, which shows when an old one is no longer used.
   *
   * @param secret its position in the list, from 1
   * @param fingerprint stays with it when the list changes
   */
  record Authentic(int secret, SecretFingerprint fingerprint) implements Verification {}

  record Forged(InvalidSignatureError error) implements Verification {}
}
