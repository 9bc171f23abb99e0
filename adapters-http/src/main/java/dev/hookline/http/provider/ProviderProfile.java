package dev.hookline.http.provider;

import dev.hookline.domain.delivery.Service;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What is particular to a provider and is data; the rest is its {@link Dialect}.
 *
 * @param supportedEvents switched on by default, as entries of {@code SupportedEvents}
 * @param refuseWith how an authentic event that is unwanted or unmapped is answered by default
 * @param tolerance how far a signed time may lie from now by default; empty where the provider
 *     signs none
 * @param commitBudget how long a request may wait for its commit by default, well inside the
 *     provider's patience
 * @param mediaTypes the content types it sends, in lower case and without parameters; any other is
 *     answered 415
 * @param keptHeaders the names, in lower case, of headers that stay with an event; never a
 *     signature
 * @param matchKeys the fields that a repository mapping may match on
 */
public record ProviderProfile(
    Service service,
    List<String> supportedEvents,
    RefuseWith refuseWith,
    Optional<Duration> tolerance,
    Duration commitBudget,
    Set<String> mediaTypes,
    Set<String> keptHeaders,
    Set<String> matchKeys) {

  /** Whether a header of this name, in any case, stays with an event. */
  public boolean keepsHeader(String name) {
    return keptHeaders.contains(name.toLowerCase(Locale.ROOT));
  }

  /** How an authentic delivery is answered that is unsupported or has no repository. */
  public enum RefuseWith {
    /** With 400 or 422. */
    STATUS,
    /** As if accepted, for providers that retry any other answer and then switch the hook off. */
    ACKNOWLEDGE
  }
}
