package dev.hookline.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookline.http.json.JsonText;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * One JSON object per line: {@code timestamp} in UTC, {@code message}, {@code logger}, {@code
 * thread}, {@code level}, the key-value pairs as fields of their own, and {@code stack_trace}.
 *
 * <p>It keeps nothing per thread, as encoders of libraries do: each connection has a thread of its
 * own, and 18 kB of buffers with it (measured with 1,024 of them).
 */
final class JsonEncoder extends LineEncoder {
  @Override
  String lines(ILoggingEvent event) {
    return JsonText.text(json -> write(event, json)) + "\n";
  }

  private static void write(ILoggingEvent event, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("timestamp", TIME.format(event.getInstant()));
    json.writeStringField("message", String.valueOf(event.getFormattedMessage()));
    json.writeStringField("logger", event.getLoggerName());
    json.writeStringField("thread", event.getThreadName());
    json.writeStringField("level", event.getLevel().toString());
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        json.writeFieldName(pair.key);
        switch (pair.value) {
          case null -> json.writeNull();
          case Integer number -> json.writeNumber(number);
          case Long number -> json.writeNumber(number);
          case Double number -> json.writeNumber(number);
          case BigDecimal number -> json.writeNumber(number);
          case Boolean truth -> json.writeBoolean(truth);
          case Object other -> json.writeString(other.toString());
        }
      }
    }
    if (event.getThrowableProxy() != null) {
      json.writeStringField("stack_trace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    json.writeEndObject();
  }
}
