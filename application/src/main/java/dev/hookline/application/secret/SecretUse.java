package dev.hookline.application.secret;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SecretFingerprint;
import java.time.Instant;

/**
 * What has been signed with one of a service's secrets.
 *
 * @param position in the list of secrets, from 1, when it matched last
 * @param firstMatchedAt the earliest receipt of a delivery that it had signed
 * @param lastMatchedAt the latest one
 * @param deliveries how many it has signed, duplicates and refused ones among them
 */
public record SecretUse(
    Service service,
    SecretFingerprint fingerprint,
    int position,
    Instant firstMatchedAt,
    Instant lastMatchedAt,
    long deliveries) {}
