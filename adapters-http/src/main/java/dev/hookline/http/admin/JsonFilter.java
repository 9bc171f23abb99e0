package dev.hookline.http.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.http.operator.InvalidRequestException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a filter: a flat JSON object of texts and numbers; null counts as not given. */
final class JsonFilter {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(8).maxStringLength(4096).build())
          .build();

  private JsonFilter() {}

  static Map<String, String> read(RawBody body) {
    try (var parser = JSON.createParser(body.bytes())) {
      return fields(parser);
    } catch (IOException _) {
      throw malformed();
    }
  }

  private static Map<String, String> fields(JsonParser parser) throws IOException {
    var fields = new LinkedHashMap<String, String>();
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw malformed();
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NUMBER_INT) {
        throw new InvalidRequestException(name + " must be a text or a number");
      }
      fields.put(name, parser.getText());
    }
    if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
      throw malformed();
    }
    return fields;
  }

  private static InvalidRequestException malformed() {
    return new InvalidRequestException("the body must be one JSON object, the filter");
  }
}
