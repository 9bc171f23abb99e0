package dev.hookline.http.provider;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.handler.ServiceHandler;
import dev.hookline.domain.handler.SignatureVerifier;
import dev.hookline.domain.handler.SupportedEvents;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One provider: its profile, and how it signs and speaks. Adding a provider means adding one of
 * these.
 */
public interface Dialect {

  ProviderProfile profile();

  /**
   * @param secrets the secrets that are valid now, newest configuration each time it is asked;
   *     never empty
   * @param tolerance how far a signed time may lie from the receipt; ignored where the provider
   *     signs none
   */
  SignatureVerifier verifier(Supplier<List<String>> secrets, Optional<Duration> tolerance);

  SigningScheme signing();

  /**
   * Whether these headers leave it open that the delivery is authentic, or an unsigned check. If
   * not, no body could change that, and a sender who asks before it sends one (RFC 9110, section
   * 10.1.1) need not send it.
   */
  default boolean isWorthReading(Headers headers) {
    return signing().signatureIn(headers).isPresent();
  }

  ServiceHandler<?> handler(SupportedEvents supported, RepositoryMappings repositories);

  /**
   * How an accepted or duplicate delivery of this media type (lower case, without parameters) is
   * answered.
   */
  AcceptedAnswer acceptedAnswer(String mediaType);

  /**
   * Whether the delivery is a reachability check that the provider sends unsigned, to be answered
   * 200 and empty.
   */
  default boolean isUnsignedCheck(Delivery delivery) {
    return false;
  }

  /**
   * @param status the status that the provider counts as success
   * @param empty whether the body must be empty, because the provider shows it to a person
   */
  record AcceptedAnswer(int status, boolean empty) {}
}
