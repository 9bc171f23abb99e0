package dev.hookline.application.receive;

import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.handler.SignatureVerifier;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * What receiving a delivery of one enabled service takes, beside its handler.
 *
 * @param verifier checks its signatures
 * @param commitBudget how long a request may wait for its commit, well inside the provider's
 *     patience
 * @param replayGuard whether a signed body that was accepted before is a duplicate under any
 *     delivery id
 * @param keptHeaders which headers stay with an event; never a signature
 */
public record ServiceProfile(
    Service service,
    SignatureVerifier verifier,
    Duration commitBudget,
    boolean replayGuard,
    Predicate<String> keptHeaders) {}
