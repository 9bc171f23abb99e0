package dev.hookline.http.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Stream;

/** What else a secret may have been where the signature was made. */
final class KeyGuesses {
  private static final String LINE_END =
      "The sender's secret has the line end of a file or of echo in it. Remove it there"
          + " (printf %s, echo -n).";
  private static final String AROUND =
      "Configure the same secret on both sides, without anything around it.";
  private static final String DECODED =
      "The sender takes the secret for an encoded key. Give it the secret's text as the key.";

  private KeyGuesses() {}

  /** All of them but the secret as it is. */
  static Stream<Guess> of(String secret) {
    return Stream.of(
            guess("with a line end (LF) at its end", LINE_END, secret + "\n"),
            guess("with a line end (CR LF) at its end", LINE_END, secret + "\r\n"),
            guess("with a space at its end", AROUND, secret + " "),
            guess("with a space before it", AROUND, " " + secret),
            guess("in double quotes", AROUND, '"' + secret + '"'),
            guess("in single quotes", AROUND, "'" + secret + "'"),
            guess("without the white space around it here", AROUND, secret.strip()),
            guess("without the quotes around it here", AROUND, withoutQuotes(secret)),
            hexDecoded(secret),
            base64Decoded(Base64.getDecoder(), secret),
            base64Decoded(Base64.getUrlDecoder(), secret))
        .flatMap(Optional::stream);
  }

  private static String withoutQuotes(String secret) {
    boolean quoted =
        secret.length() > 2
            && (secret.charAt(0) == '"' || secret.charAt(0) == '\'')
            && secret.charAt(secret.length() - 1) == secret.charAt(0);
    return quoted ? secret.substring(1, secret.length() - 1) : secret;
  }

  private static Optional<Guess> hexDecoded(String secret) {
    try {
      return key("decoded from hexadecimal", DECODED, HexFormat.of().parseHex(secret));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<Guess> base64Decoded(Base64.Decoder decoder, String secret) {
    try {
      return key(
          "decoded from base64", DECODED, decoder.decode(secret.replaceFirst("^whsec_", "")));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Optional<Guess> guess(String what, String next, String secret) {
    return key(what, next, secret.getBytes(UTF_8));
  }

  /** An empty key is none. */
  private static Optional<Guess> key(String what, String next, byte[] key) {
    return key.length == 0 ? Optional.empty() : Optional.of(new Guess(what, next, key));
  }
}
