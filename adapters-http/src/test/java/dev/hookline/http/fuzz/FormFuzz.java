package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.hookline.http.json.Payload;
import dev.hookline.http.provider.FormFields;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A form has the fields that the JDK's decoder finds in it, or none where that finds a fault. */
public final class FormFuzz {
  private static final int MOST_FIELDS = 1000;
  private static final Pattern FAULT = Pattern.compile("%(?![0-9a-fA-F]{2})");

  private FormFuzz() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    Optional<Map<String, List<String>>> fields = FormFields.decode(bytes).map(FormFields::all);
    Optional<Map<String, List<String>>> expected = expected(bytes);
    assertEquals(expected, fields);
    if (fields.isPresent()) {
      assertEquals(
          List.copyOf(expected.orElseThrow().keySet()), List.copyOf(fields.get().keySet()));
      if (JsonOracle.judges(bytes)) {
        Payload payload = Payload.read(Payload.ofFields(fields.get())).orElseThrow();
        assertEquals(List.copyOf(fields.get().keySet()), payload.names());
      }
    }
  }

  private static Optional<Map<String, List<String>>> expected(byte[] bytes) {
    var fields = new LinkedHashMap<String, List<String>>();
    int count = 0;
    for (String pair : new String(bytes, ISO_8859_1).split("&", -1)) {
      if (!pair.isEmpty()) {
        String[] parts = pair.split("=", 2);
        Optional<String> name = decoded(parts[0]);
        Optional<String> value = decoded(parts.length > 1 ? parts[1] : "");
        if (name.isEmpty() || value.isEmpty() || ++count > MOST_FIELDS) {
          return Optional.empty();
        }
        fields.computeIfAbsent(name.get(), _ -> new ArrayList<>()).add(value.get());
      }
    }
    return Optional.of(fields);
  }

  private static Optional<String> decoded(String text) {
    if (FAULT.matcher(text).find()) {
      return Optional.empty();
    }
    byte[] bytes = URLDecoder.decode(text, ISO_8859_1).getBytes(ISO_8859_1);
    try {
      return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
  }
}
