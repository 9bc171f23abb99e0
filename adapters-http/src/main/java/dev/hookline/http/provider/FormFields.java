package dev.hookline.http.provider;

import dev.hookline.domain.delivery.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of an {@code application/x-www-form-urlencoded} body, in order of first appearance.
 * Immutable.
 */
public final class FormFields {
  public static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

  /** No provider comes near it; a body of nothing but separators would fill the heap. */
  private static final int MAX_FIELDS = 1000;

  private final Map<String, List<String>> fields;

  private FormFields(Map<String, List<String>> fields) {
    this.fields = fields;
  }

  /** Whether the content type is a form's; parameters such as a charset are passed over. */
  public static boolean areIn(Headers headers) {
    return MediaType.in(headers).filter(MEDIA_TYPE::equals).isPresent();
  }

  /**
   * Decodes the body; empty if a percent sign is not followed by two hexadecimal digits, the text
   * is not UTF-8, or it has more than 1000 fields.
   */
  public static Optional<FormFields> decode(byte[] body) {
    var fields = new LinkedHashMap<String, List<String>>();
    int count = 0;
    int start = 0;
    while (start < body.length) {
      int end = indexOf('&', body, start, body.length);
      if (end > start) {
        int equals = indexOf('=', body, start, end);
        Optional<String> name = decode(body, start, equals);
        Optional<String> value = decode(body, Math.min(equals + 1, end), end);
        if (name.isEmpty() || value.isEmpty() || ++count > MAX_FIELDS) {
          return Optional.empty();
        }
        fields.computeIfAbsent(name.get(), _ -> new ArrayList<>()).add(value.get());
      }
      start = end + 1;
    }
    fields.replaceAll((_, values) -> List.copyOf(values));
    return Optional.of(new FormFields(Collections.unmodifiableMap(fields)));
  }

  private static int indexOf(char wanted, byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return to;
  }

  private static Optional<String> decode(byte[] bytes, int from, int to) {
    byte[] decoded = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '+') {
        decoded[length++] = ' ';
      } else if (bytes[i] == '%') {
        int high = i + 2 < to ? Character.digit(bytes[i + 1], 16) : -1;
        int low = i + 2 < to ? Character.digit(bytes[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          return Optional.empty();
        }
        decoded[length++] = (byte) (high << 4 | low);
        i += 2;
      } else {
        decoded[length++] = bytes[i];
      }
    }
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(decoded, 0, length))
              .toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }

  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /** The value of a field that occurs exactly once; empty if it is absent or repeated. */
  public Optional<String> only(String name) {
    List<String> values = fields.getOrDefault(name, List.of());
    return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
  }

  /** Every field with its values, both in the order of the body. */
  public Map<String, List<String>> all() {
    return fields;
  }
}
