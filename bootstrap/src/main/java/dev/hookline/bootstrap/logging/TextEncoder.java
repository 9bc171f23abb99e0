package dev.hookline.bootstrap.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * One line per event: time in UTC, level, logger, message, then its key-value pairs. Line ends and
 * control characters are escaped, so that nothing that arrives from outside can make a line of its
 * own or drive a terminal; a stack trace follows, indented.
 */
final class TextEncoder extends LineEncoder {
  @Override
  String lines(ILoggingEvent event) {
    var line = new StringBuilder(160);
    TIME.formatTo(event.getInstant(), line);
    line.append(' ').append("%-5s".formatted(event.getLevel())).append(' ');
    line.append(simpleName(event.getLoggerName())).append(": ");
    appendEscaped(line, String.valueOf(event.getFormattedMessage()));
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      for (KeyValuePair pair : pairs) {
        line.append(' ');
        appendEscaped(line, pair.key);
        line.append('=');
        appendValue(line, String.valueOf(pair.value));
      }
    }
    line.append('\n');
    appendTrace(line, event.getThrowableProxy());
    return line.toString();
  }

  private static String simpleName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  private static void appendValue(StringBuilder line, String value) {
    if (value.isEmpty() || value.chars().anyMatch(c -> c == ' ' || c == '"' || c == '=')) {
      line.append('"');
      appendEscaped(line, value.replace("\"", "\\\""));
      line.append('"');
    } else {
      appendEscaped(line, value);
    }
  }

  private static void appendTrace(
      StringBuilder line, @org.jspecify.annotations.Nullable IThrowableProxy thrown) {
    if (thrown == null) {
      return;
    }
    ThrowableProxyUtil.asString(thrown)
        .lines()
        .forEach(
            frame -> {
              line.append("    ");
              appendEscaped(line, frame.replace("\t", "  "));
              line.append('\n');
            });
  }

  private static void appendEscaped(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          // The line and paragraph separators and the directional marks mislead a reader as well.
          if (Character.isISOControl(c)
              || c == '\u2028'
              || c == '\u2029'
              || (c >= '\u202a' && c <= '\u202e')
              || (c >= '\u2066' && c <= '\u2069')) {
            line.append("\\u%04x".formatted((int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
  }
}
