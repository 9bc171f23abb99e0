package dev.hookline.http.doctor;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.http.json.JsonRewriting;
import dev.hookline.http.provider.FormFields;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What else may have been the body when it was signed. Each guess is made when it is asked for: a
 * body may have many megabytes.
 */
final class BodyGuesses {
  private static final String PASS_ON =
      "Sign the very bytes that are sent, and let whatever stands between (a framework, a proxy, a"
          + " test tool) pass the body on as it is.";
  private static final String MARK = "\uFEFF";
  private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");

  /** Text is rewritten byte for byte, whatever its encoding is. */
  private final String bytes;

  private final byte[] body;

  private BodyGuesses(byte[] body) {
    this.body = body;
    this.bytes = new String(body, ISO_8859_1);
  }

  /** All of them but the body as it is. */
  static Stream<Guess> of(byte[] body) {
    var guesses = new BodyGuesses(body);
    return Stream.of(
            guesses.lines(), guesses.encodings(), guesses.forms(), guesses.json(), guesses.empty())
        .flatMap(group -> group)
        .filter(guess -> !Arrays.equals(guess.bytes(), body));
  }

  private Stream<Guess> lines() {
    return Stream.of(
        changed("without the line end at its end", text -> text.replaceFirst("\r?\n\\z", "")),
        changed("with a line end (LF) at its end", text -> text + "\n"),
        changed("with a line end (CR LF) at its end", text -> text + "\r\n"),
        changed("without the white space around it", String::strip),
        changed("with LF in place of CR LF", text -> text.replace("\r\n", "\n")),
        changed(
            "with CR LF in place of LF", text -> text.replace("\r\n", "\n").replace("\n", "\r\n")));
  }

  private Stream<Guess> encodings() {
    String mark = new String(MARK.getBytes(UTF_8), ISO_8859_1);
    return Stream.of(
        changed(
            "without the byte order mark",
            text -> text.startsWith(mark) ? text.substring(mark.length()) : text),
        changed("with a byte order mark", text -> mark + text),
        guess(
            "this body before it was read as ISO-8859-1 and written again as UTF-8",
            new String(body, UTF_8).getBytes(ISO_8859_1)),
        guess("this body in UTF-8, while it was sent in ISO-8859-1", bytes.getBytes(UTF_8)));
  }

  private Stream<Guess> forms() {
    if (bytes.startsWith("{")) {
      return Stream.of(
          guess(
              "this body as a form, percent-encoded in the field payload",
              ("payload=" + URLEncoder.encode(new String(body, UTF_8), UTF_8)).getBytes(UTF_8)));
    }
    Optional<FormFields> form = bytes.indexOf('=') > 0 ? FormFields.decode(body) : Optional.empty();
    if (form.isEmpty()) {
      return Stream.empty();
    }
    return Stream.concat(
        form.get().only("payload").stream()
            .map(json -> guess("the JSON of its field payload alone", bytesOf(json))),
        Stream.of(
            changed("with + in place of %20", text -> text.replace("%20", "+")),
            changed("with %20 in place of +", text -> text.replace("+", "%20")),
            changed("with its escapes in upper case", text -> escapes(text, true)),
            changed("with its escapes in lower case", text -> escapes(text, false)),
            guess("this body with its form decoded", bytesOf(URLDecoder.decode(bytes, UTF_8))),
            guess("this body with its fields encoded anew", encoded(form.get()))));
  }

  private static String escapes(String text, boolean upper) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            escape ->
                upper
                    ? escape.group().toUpperCase(Locale.ROOT)
                    : escape.group().toLowerCase(Locale.ROOT));
  }

  private static byte[] encoded(FormFields form) {
    return bytesOf(
        form.all().entrySet().stream()
            .flatMap(
                field ->
                    field.getValue().stream()
                        .map(
                            value ->
                                URLEncoder.encode(field.getKey(), UTF_8)
                                    + "="
                                    + URLEncoder.encode(value, UTF_8)))
            .collect(Collectors.joining("&")));
  }

  private Stream<Guess> json() {
    return JsonRewriting.of(body)
        .map(
            json -> new Guess("the same JSON, " + json.name(), PASS_ON, json.body().get().bytes()));
  }

  private Stream<Guess> empty() {
    return Stream.of(
        new Guess(
            "none at all",
            "The sender signed before it had the body. Sign the bytes that are sent.",
            new byte[0]));
  }

  private Guess changed(String what, UnaryOperator<String> change) {
    return guess("this body " + what, change.apply(bytes).getBytes(ISO_8859_1));
  }

  private static Guess guess(String what, byte[] changed) {
    return new Guess(what, PASS_ON, changed);
  }

  private static byte[] bytesOf(String text) {
    return text.getBytes(UTF_8);
  }
}
