package dev.hookline.http.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;
import java.util.regex.Pattern;

/** JSON as another of Jackson's parsers reads it, the one for characters, into a tree. */
final class JsonOracle {
  /** Within it no name is too long, which the two parsers measure differently. */
  private static final int MOST_BYTES = 1000;

  /** A longer number may be too long for one of the parsers alone: each counts other characters. */
  private static final Pattern LONG_NUMBER = Pattern.compile("[-+.0-9eE]{80}");

  private static final JsonMapper WITHIN_BOUNDS = mapper(100);
  private static final JsonMapper WRAPPED = mapper(110);

  private JsonOracle() {}

  private static JsonMapper mapper(int depth) {
    return JsonMapper.builder(
            JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(100)
                        .build())
                .build())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  /** Whether the two parsers have to agree on it. */
  static boolean judges(byte[] json) {
    return json.length <= MOST_BYTES && !LONG_NUMBER.matcher(new String(json, ISO_8859_1)).find();
  }

  /** The one object that the bytes are, if they are. */
  static Optional<JsonNode> object(byte[] json) {
    return read(WITHIN_BOUNDS, json);
  }

  /** The same for text of our own around a payload, which adds some levels. */
  static Optional<JsonNode> wrapped(byte[] json) {
    return read(WRAPPED, json);
  }

  private static Optional<JsonNode> read(JsonMapper mapper, byte[] json) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      return Optional.ofNullable(mapper.readTree(text)).filter(JsonNode::isObject);
    } catch (CharacterCodingException | JsonProcessingException _) {
      return Optional.empty();
    }
  }

  /** A whole number in the range of a long, also if written with decimals. */
  static Optional<Long> whole(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.canConvertToLong() ? Optional.of(node.longValue()) : Optional.empty();
    }
    double value = node.isFloatingPointNumber() ? node.doubleValue() : 0.5;
    return value % 1 == 0 && Math.abs(value) < 0x1p53
        ? Optional.of((long) value)
        : Optional.empty();
  }
}
