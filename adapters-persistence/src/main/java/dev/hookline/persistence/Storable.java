package dev.hookline.persistence;

import dev.hookline.domain.trace.TraceContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.argument.Argument;
import org.jspecify.annotations.Nullable;

/** Values in the form that PostgreSQL takes them in. */
final class Storable {
  private static final char REPLACEMENT = '\uFFFD';

  private Storable() {}

  /** The text with U+0000 and unpaired surrogates, which {@code text} cannot hold, as U+FFFD. */
  static String text(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == 0 || Character.isSurrogate(text.charAt(i))) {
        return clean(text);
      }
    }
    return text;
  }

  static @Nullable String textOrNull(@Nullable String text) {
    return text == null ? null : text(text);
  }

  private static String clean(String text) {
    var clean = new StringBuilder(text.length());
    text.codePoints()
        .map(
            c ->
                c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
                    ? REPLACEMENT
                    : c)
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  /** The instant as {@code timestamptz} keeps it: to the microsecond, cut and not rounded. */
  static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS).toString();
  }

  static @Nullable String timeOrNull(@Nullable Instant instant) {
    return instant == null ? null : time(instant);
  }

  /** The {@code traceparent}, and behind a blank the {@code tracestate} if there is one. */
  static String trace(TraceContext trace) {
    return trace.state().isEmpty()
        ? trace.traceparent()
        : trace.traceparent() + " " + trace.state();
  }

  static long micros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  /** The lowest UUIDv7 of a UTC day. */
  static UUID firstId(LocalDate day) {
    return firstId(day.atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  /** The lowest UUIDv7 of an instant. */
  static UUID firstId(Instant instant) {
    return new UUID(Math.max(0, instant.toEpochMilli()) << 16, 0);
  }

  /** 64 bits of SHA-256 of the repository's full name: equal names stand in one line. */
  static long orderingKey(String repository) {
    return ByteBuffer.wrap(sha256(repository.getBytes(StandardCharsets.UTF_8))).getLong();
  }

  /** SHA-256 of the parts, one after the other. */
  static byte[] sha256(byte[]... parts) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** An array of texts, each made storable. */
  static <T> Argument texts(Collection<T> items, Function<T, @Nullable String> value) {
    @Nullable Object[] texts = new String[items.size()];
    int i = 0;
    for (T item : items) {
      texts[i++] = textOrNull(value.apply(item));
    }
    return array("text", texts);
  }

  static <T> Argument wholes(Collection<T> items, ToLongFunction<T> value) {
    // An array of just this type the driver sends in binary.
    Object[] wholes = new Long[items.size()];
    int i = 0;
    for (T item : items) {
      wholes[i++] = value.applyAsLong(item);
    }
    return array("bigint", wholes);
  }

  /**
   * @param type of the elements, as PostgreSQL names it
   */
  static <T> Argument array(String type, Collection<T> items, Function<T, ? extends Object> value) {
    return array(type, items.stream().map(value).toArray());
  }

  static <T> Argument bytes(Collection<T> items, Function<T, byte @Nullable []> value) {
    // An array of just this type the driver sends in binary.
    @Nullable Object[] bytes = new byte[items.size()][];
    int i = 0;
    for (T item : items) {
      bytes[i++] = value.apply(item);
    }
    return array("bytea", bytes);
  }

  private static Argument array(String type, @Nullable Object[] elements) {
    return (position, statement, _) ->
        statement.setArray(position, statement.getConnection().createArrayOf(type, elements));
  }
}
