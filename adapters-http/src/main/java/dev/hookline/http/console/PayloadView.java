package dev.hookline.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/**
 * Bytes of a stranger as text to look at: JSON is indented, other text is as it is, and the rest is
 * a hex dump. All of it is hostile, and bounded.
 *
 * @param kind what is shown: {@code JSON}, {@code text} or {@code bytes}
 * @param cut whether there is more than what is shown
 */
record PayloadView(String kind, String text, boolean cut) {
  /** The most bytes that are looked at. */
  static final int MOST_BYTES = 256 * 1024;

  private static final int MOST_CHARACTERS = 2 * MOST_BYTES;
  private static final int MOST_DUMPED = 16 * 1024;
  private static final int DEEPEST = 100;
  private static final int PER_LINE = 16;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(MOST_BYTES)
                  .maxNameLength(MOST_BYTES)
                  .maxStringLength(MOST_BYTES)
                  .build())
          .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  static PayloadView of(byte[] bytes) {
    boolean cut = bytes.length > MOST_BYTES;
    byte[] seen = cut ? Arrays.copyOf(bytes, MOST_BYTES) : bytes;
    var pretty = new Pretty(cut);
    if (pretty.reads(seen)) {
      return new PayloadView("JSON", pretty.text(), cut || pretty.overflows());
    }
    return text(seen, cut);
  }

  private static PayloadView text(byte[] bytes, boolean cut) {
    try {
      // Cut in the middle of a character, the rest of it is missing.
      int whole = cut ? wholeCharacters(bytes) : bytes.length;
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, whole)).toString();
      if (text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t')) {
        return new PayloadView("text", text, cut);
      }
    } catch (CharacterCodingException _) {
      // No text, then.
    }
    return new PayloadView("bytes", dump(bytes), cut || bytes.length > MOST_DUMPED);
  }

  private static int wholeCharacters(byte[] utf8) {
    int end = utf8.length;
    while (end > 0 && utf8.length - end < 4 && (utf8[end - 1] & 0xC0) == 0x80) {
      end--;
    }
    return end > 0 && (utf8[end - 1] & 0x80) != 0 ? end - 1 : end;
  }

  private static String dump(byte[] bytes) {
    var dump = new StringBuilder();
    int end = Math.min(bytes.length, MOST_DUMPED);
    for (int from = 0; from < end; from += PER_LINE) {
      var hex = new StringBuilder();
      var plain = new StringBuilder();
      for (int i = from; i < Math.min(end, from + PER_LINE); i++) {
        hex.append("%02x ".formatted(bytes[i]));
        plain.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
      }
      dump.append("%06x  %-48s %s%n".formatted(from, hex, plain));
    }
    return dump.toString();
  }

  /** Indents token by token, so that numbers and doubled names stay what they are. */
  private static final class Pretty {
    private final StringBuilder out = new StringBuilder();
    private final boolean cut;
    private int depth;
    private boolean first = true;
    private boolean afterName;

    Pretty(boolean cut) {
      this.cut = cut;
    }

    /** Whether these bytes are JSON; of cut ones, whether the beginning is. */
    boolean reads(byte[] bytes) {
      try (var parser = JSON.createParser(bytes)) {
        JsonToken token = parser.nextToken();
        if (token != JsonToken.START_OBJECT && token != JsonToken.START_ARRAY) {
          return false;
        }
        while (token != null && !overflows()) {
          add(token, parser);
          token = parser.nextToken();
        }
        return true;
      } catch (IOException _) {
        return cut && !out.isEmpty();
      }
    }

    boolean overflows() {
      return out.length() > MOST_CHARACTERS;
    }

    String text() {
      return out.toString();
    }

    private void add(JsonToken token, JsonParser parser) throws IOException {
      switch (token) {
        case START_OBJECT -> open('{');
        case START_ARRAY -> open('[');
        case END_OBJECT -> close('}');
        case END_ARRAY -> close(']');
        case FIELD_NAME -> {
          next();
          quote(parser.currentName());
          out.append(": ");
          afterName = true;
        }
        case VALUE_STRING -> {
          next();
          quote(parser.getText());
        }
        default -> {
          next();
          out.append(parser.getText());
        }
      }
    }

    private void next() {
      if (afterName) {
        afterName = false;
        return;
      }
      if (depth > 0) {
        out.append(first ? "\n" : ",\n").repeat("  ", depth);
      }
      first = false;
    }

    private void open(char bracket) {
      next();
      out.append(bracket);
      depth++;
      first = true;
    }

    private void close(char bracket) {
      depth--;
      if (!first) {
        out.append('\n').repeat("  ", depth);
      }
      out.append(bracket);
      first = false;
    }

    private void quote(String text) {
      out.append('"');
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        switch (c) {
          case '"' -> out.append("\\\"");
          case '\\' -> out.append("\\\\");
          case '\n' -> out.append("\\n");
          case '\r' -> out.append("\\r");
          case '\t' -> out.append("\\t");
          default -> {
            if (c < ' ' || isDisguise(c) || isHalf(text, i)) {
              out.append("\\u%04x".formatted((int) c));
            } else {
              out.append(c);
            }
          }
        }
      }
      out.append('"');
    }

    /** Characters that show nothing, or turn the direction of what follows. */
    private static boolean isDisguise(char c) {
      int type = Character.getType(c);
      return type == Character.FORMAT
          || type == Character.CONTROL
          || c == '\u2028'
          || c == '\u2029';
    }

    private static boolean isHalf(String text, int i) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)) {
        return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
      }
      return Character.isLowSurrogate(c)
          && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
  }
}
