package dev.hookline.domain.trace;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A place in a distributed trace, in the terms of W3C Trace Context (level 1, and of level 2 the
 * flag {@code random}): whatever is caused from here names it as its parent.
 *
 * @param traceId of the whole trace: 32 lower-case hexadecimal digits, not all zero
 * @param spanId of the step in it: 16 of them, not all zero
 * @param flags {@link #SAMPLED} and {@link #RANDOM}, no others
 * @param state what tracing systems add for themselves ({@code tracestate}); empty if there is
 *     none, at most {@value #MAX_STATE} characters
 */
public record TraceContext(String traceId, String spanId, int flags, String state) {
  /** Somebody before us records this trace. */
  public static final int SAMPLED = 1;

  /** At least the right half of the trace id is random. */
  public static final int RANDOM = 2;

  /** As much of a {@code tracestate} as everybody has to hand on (section 3.3.1.5). */
  public static final int MAX_STATE = 512;

  private static final int KNOWN_FLAGS = SAMPLED | RANDOM;

  // 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
  private static final int TRACE_ID = 3;
  private static final int SPAN_ID = 36;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;

  private static final int MOST_MEMBERS = 32;
  private static final int MAX_KEY = 256;
  private static final int MAX_VALUE = 256;

  /** Members that are longer go first where there is no room for all. */
  private static final int LONG_MEMBER = 128;

  public TraceContext {
    if (!isId(traceId, 32) || !isId(spanId, 16)) {
      throw new IllegalArgumentException("no ids of a trace and a span");
    }
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw new IllegalArgumentException("unknown flags: " + flags);
    }
    if (state.length() > MAX_STATE) {
      throw new IllegalArgumentException("tracestate has %d characters".formatted(state.length()));
    }
  }

  /**
   * Reads the two header fields of a request. What is malformed was never there, as the standard
   * wants it: of a {@code traceparent} all of it, of a {@code tracestate} it alone.
   *
   * @param parents the values of that field; more than one are malformed
   * @param states the values of that field, in order; they are one list
   */
  public static Optional<TraceContext> read(List<String> parents, List<String> states) {
    return parents.size() == 1
        ? parse(parents.getFirst())
            .map(
                parent ->
                    new TraceContext(parent.traceId, parent.spanId, parent.flags, state(states)))
        : Optional.empty();
  }

  /** Reads a {@code traceparent}; a later version as far as this one goes (section 3.2.4). */
  private static Optional<TraceContext> parse(String parent) {
    if (parent.length() < LENGTH
        || !isHex(parent, 0, 2)
        || !isHex(parent, FLAGS, LENGTH)
        || parent.charAt(TRACE_ID - 1) != '-'
        || parent.charAt(SPAN_ID - 1) != '-'
        || parent.charAt(FLAGS - 1) != '-'
        || !isLengthOfItsVersion(parent)) {
      return Optional.empty();
    }
    String traceId = parent.substring(TRACE_ID, SPAN_ID - 1);
    String spanId = parent.substring(SPAN_ID, FLAGS - 1);
    int flags = HexFormat.fromHexDigits(parent, FLAGS, LENGTH) & KNOWN_FLAGS;
    return isId(traceId, 32) && isId(spanId, 16)
        ? Optional.of(new TraceContext(traceId, spanId, flags, ""))
        : Optional.empty();
  }

  private static boolean isLengthOfItsVersion(String parent) {
    return switch (parent.substring(0, 2)) {
      case "00" -> parent.length() == LENGTH;
      case "ff" -> false;
      default -> parent.length() == LENGTH || parent.charAt(LENGTH) == '-';
    };
  }

  private static boolean isId(String text, int length) {
    return text.length() == length
        && isHex(text, 0, length)
        && text.chars().anyMatch(digit -> digit != '0');
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Of the list as much as there is room for; none of it if a member is malformed or doubled. */
  private static String state(List<String> values) {
    var members = new ArrayList<String>();
    var keys = new HashSet<String>();
    for (String value : values) {
      for (String part : value.split(",", -1)) {
        String member = trimmed(part);
        if (member.isEmpty()) {
          continue;
        }
        int equals = member.indexOf('=');
        if (equals < 1
            || !isKey(member.substring(0, equals))
            || !isValue(member.substring(equals + 1))
            || !keys.add(member.substring(0, equals))
            || members.size() == MOST_MEMBERS) {
          return "";
        }
        members.add(member);
      }
    }
    return fitting(members);
  }

  private static String fitting(List<String> members) {
    String all = String.join(",", members);
    if (all.length() <= MAX_STATE) {
      return all;
    }
    var kept = new ArrayList<>(members);
    kept.removeIf(member -> member.length() > LONG_MEMBER);
    while (String.join(",", kept).length() > MAX_STATE) {
      kept.removeLast();
    }
    return String.join(",", kept);
  }

  /** Without the blanks around it (section 3.3.1.1: space and tab). */
  private static String trimmed(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isBlank(text.charAt(from))) {
      from++;
    }
    while (to > from && isBlank(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean isKey(String key) {
    return key.length() <= MAX_KEY
        && isLowerCaseOrDigit(key.charAt(0))
        && key.chars().allMatch(c -> isLowerCaseOrDigit(c) || "_-*/@".indexOf(c) >= 0);
  }

  private static boolean isLowerCaseOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  private static boolean isValue(String value) {
    return !value.isEmpty()
        && value.length() <= MAX_VALUE
        && value.chars().allMatch(c -> c >= ' ' && c <= '~' && c != ',' && c != '=');
  }

  /** Whether somebody before us records this trace. */
  public boolean isSampled() {
    return (flags & SAMPLED) != 0;
  }

  /** The value of the header field {@code traceparent}, in version 00. */
  public String traceparent() {
    return "00-" + traceId + "-" + spanId + "-0" + flags;
  }
}
