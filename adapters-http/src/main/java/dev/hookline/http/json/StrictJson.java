package dev.hookline.http.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * RFC 8259 and nothing beside it: UTF-8 without a byte order mark. With {@link JsonIndex}, which
 * wants one value and no name twice in one object, two readers of the same body can never see two
 * different things in it.
 */
final class StrictJson {
  /** Providers' longest numbers have 20; text of any length is a string. */
  private static final int MOST_DIGITS = 100;

  private static final int LONGEST_NAME = 1024;

  private static final int CHUNK = 8192;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(100)
                  .maxNumberLength(MOST_DIGITS)
                  .maxNameLength(LONGEST_NAME)
                  // The limit on the body bounds it already.
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          // By default a thread keeps its buffers, and each connection has a thread of its own.
          .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
          // Names are the sender's choice; interned they would stay for good.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  static final JsonMapper MAPPER = new JsonMapper(FACTORY);

  private StrictJson() {}

  /** A parser over text that {@link #isPlainUtf8} has let pass. */
  static JsonParser parser(byte[] json) throws IOException {
    return FACTORY.createParser(json);
  }

  /** A parser over what follows, in text that was read to its end before. */
  static JsonParser parser(byte[] json, int from) throws IOException {
    return FACTORY.createParser(json, from, json.length - from);
  }

  /**
   * Whether the bytes are UTF-8 that starts with a JSON character. Jackson alone would let overlong
   * forms pass, skip a byte order mark, and take zeros at the start for UTF-16 or UTF-32.
   */
  static boolean isPlainUtf8(byte[] json) {
    for (int i = 0; i < Math.min(4, json.length); i++) {
      if (json[i] == 0) {
        return false;
      }
    }
    boolean marked =
        json.length >= 3
            && json[0] == (byte) 0xEF
            && json[1] == (byte) 0xBB
            && json[2] == (byte) 0xBF;
    return !marked && isUtf8(json);
  }

  private static boolean isUtf8(byte[] bytes) {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(CHUNK);
    while (true) {
      var result = decoder.decode(in, out, true);
      if (result.isError()) {
        return false;
      }
      if (result.isUnderflow()) {
        return true;
      }
      out.clear();
    }
  }
}
