package dev.hookline.http.provider;

import dev.hookline.domain.delivery.Headers;
import java.util.Locale;
import java.util.Optional;

/** What a body is, by its {@code Content-Type}. */
public final class MediaType {
  private MediaType() {}

  /** The type alone, in lower case and without parameters; empty if it is missing or doubled. */
  public static Optional<String> in(Headers headers) {
    return headers
        .only("Content-Type")
        .map(value -> value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT));
  }
}
