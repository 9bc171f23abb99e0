package dev.hookline.domain.handler;

import dev.hookline.domain.error.WebhookError.InvalidSignatureError;

/** Whether a delivery was signed with one of the service's secrets, in time. */
public sealed interface Verification {

  /**
   * @param secret position of the secret that matched, from 1: shows when an old one is no longer
   *     used
   */
  record Authentic(int secret) implements Verification {}

  record Forged(InvalidSignatureError error) implements Verification {}
}
