package dev.hookline.bootstrap.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A whole request, head and body, and the places in it that each delivery fills anew. */
final class Template {
  // Known names alone: a real body may have other text of this form.
  private static final Pattern MARKER =
      Pattern.compile(
          Arrays.stream(Place.values())
              .map(place -> place.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining("|", "\\$\\{(", ")}")));

  /**
   * One place.
   *
   * @param offset of its first byte in the request
   */
  record Spot(Place place, int offset) {}

  private final byte[] bytes;
  private final int bodyOffset;
  private final List<Spot> spots;
  private final int firstSpotOfBody;

  private Template(byte[] bytes, int bodyOffset, List<Spot> spots) {
    this.bytes = bytes;
    this.bodyOffset = bodyOffset;
    this.spots = List.copyOf(spots);
    firstSpotOfBody =
        spots.stream()
            .mapToInt(Spot::offset)
            .filter(offset -> offset >= bodyOffset)
            .findFirst()
            .orElse(bytes.length);
  }

  /**
   * @param head with its last empty line; its <code>${length}</code> is the body's, in bytes
   * @param body Latin-1, so that each character is one byte as it is
   */
  static Template of(String head, String body) {
    String whole = head.replace("${length}", Integer.toString(lengthOf(body)));
    var spots = new ArrayList<Spot>();
    var text = new StringBuilder();
    append(text, whole, spots);
    int bodyOffset = text.length();
    append(text, body, spots);
    return new Template(
        text.toString().getBytes(StandardCharsets.ISO_8859_1), bodyOffset, List.copyOf(spots));
  }

  private static void append(StringBuilder text, String part, List<Spot> spots) {
    Matcher marker = MARKER.matcher(part);
    while (marker.find()) {
      marker.appendReplacement(text, "");
      Place place = Place.valueOf(marker.group(1).toUpperCase(Locale.ROOT));
      spots.add(new Spot(place, text.length()));
      text.repeat('0', place.width());
    }
    marker.appendTail(text);
  }

  /** The length of a text once its places are filled. */
  static int lengthOf(String text) {
    return MARKER
        .matcher(text)
        .replaceAll(
            marker -> "0".repeat(Place.valueOf(marker.group(1).toUpperCase(Locale.ROOT)).width()))
        .length();
  }

  int length() {
    return bytes.length;
  }

  int bodyOffset() {
    return bodyOffset;
  }

  int bodyLength() {
    return bytes.length - bodyOffset;
  }

  /** In the order in which they stand. */
  List<Spot> spots() {
    return spots;
  }

  /** Where the first place of the body is; all of the body before it is the same each time. */
  int firstSpotOfBody() {
    return firstSpotOfBody;
  }

  void copyTo(byte[] buffer) {
    System.arraycopy(bytes, 0, buffer, 0, bytes.length);
  }
}
