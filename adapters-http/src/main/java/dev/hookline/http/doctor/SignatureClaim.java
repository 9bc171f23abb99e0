package dev.hookline.http.doctor;

import dev.hookline.domain.delivery.Headers;
import dev.hookline.http.doctor.Finding.Cause;
import dev.hookline.http.provider.HmacSha256;
import dev.hookline.http.provider.SigningScheme;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What headers put forward as a signature, read as kindly as can be, and what is wrong with its
 * form.
 */
final class SignatureClaim {
  private static final int BYTES = 32;
  private static final int MOST_NAMES = 3;
  private static final int LONGEST_NAME = 60;
  private static final Pattern ELSEWHERE =
      Pattern.compile("(?:[A-Za-z0-9_-]{1,16}=)?([0-9A-Fa-f]{64})");
  private static final Pattern PREFIX = Pattern.compile("([A-Za-z0-9_-]{1,16})=(?!$|=$).*");
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]*");

  private final SigningScheme scheme;
  private final List<Finding> findings = new ArrayList<>();
  private Optional<byte[]> digest = Optional.empty();

  private SignatureClaim(SigningScheme scheme) {
    this.scheme = scheme;
  }

  static SignatureClaim in(Headers headers, SigningScheme scheme) {
    var claim = new SignatureClaim(scheme);
    List<String> values = headers.all(scheme.header());
    if (values.isEmpty()) {
      claim.lookElsewhere(headers);
    } else {
      if (values.size() > 1) {
        claim.found(
            Cause.HEADER_DOUBLED,
            "The header %s came %d times, and must come once."
                .formatted(scheme.header(), values.size()),
            "See whether a proxy or a library adds it a second time.");
      }
      claim.read(values.getFirst());
    }
    return claim;
  }

  /** What is wrong with its form; nothing if it is as it should be. */
  List<Finding> findings() {
    return findings;
  }

  /** The signature's 32 bytes, if there are any. */
  Optional<byte[]> digest() {
    return digest;
  }

  private void lookElsewhere(Headers headers) {
    var others = headers.select(_ -> true);
    List<String> names =
        others.entrySet().stream()
            .filter(field -> ELSEWHERE.matcher(field.getValue().strip()).matches())
            .map(field -> field.getKey())
            .toList();
    if (!names.isEmpty()) {
      found(
          Cause.HEADER_UNDER_ANOTHER_NAME,
          "There is no header %s, but %s could be a signature."
              .formatted(scheme.header(), shown(names.stream())),
          "Send it as %s. If it is another provider's, the hook points to the wrong address here."
              .formatted(scheme.header()));
      digest =
          ELSEWHERE
              .matcher(String.valueOf(others.get(names.getFirst())).strip())
              .results()
              .map(match -> HexFormat.of().parseHex(match.group(1)))
              .findFirst();
    } else if (!headers.all("X-Hub-Signature").isEmpty()) {
      found(
          Cause.SHA1_ONLY,
          "There is no header %s, only the older X-Hub-Signature, which is SHA-1 and not looked at."
              .formatted(scheme.header()),
          "Have the sender sign with SHA-256, or whatever stands between pass %s on."
              .formatted(scheme.header()));
    } else {
      found(
          Cause.HEADER_MISSING,
          "There is no header %s.".formatted(scheme.header()),
          "Give the hook a secret at its sender: without one most sign nothing. If it has one, see"
              + " whether a proxy drops the header.");
    }
  }

  /** A name is its sender's choice; a stranger's value is never shown. */
  private static String shown(Stream<String> names) {
    return String.join(
        ", ",
        names
            .limit(MOST_NAMES)
            .map(name -> name.replaceAll("[^!-~]", "?"))
            .map(name -> name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name)
            .toList());
  }

  private void read(String value) {
    String bare = value.strip().replaceAll("^[\"']|[\"']$", "");
    if (!bare.equals(value)) {
      found(
          Cause.HEADER_MALFORMED,
          "The header %s has quotes or white space around its value.".formatted(scheme.header()),
          "Send the value alone.");
    }
    String digits = bare;
    if (bare.startsWith(scheme.prefix())) {
      digits = bare.substring(scheme.prefix().length());
    }
    if (!bare.startsWith(scheme.prefix()) || scheme.prefix().isEmpty()) {
      digits = withoutWrongPrefix(bare);
    }
    readDigits(digits);
  }

  private String withoutWrongPrefix(String value) {
    Matcher other = PREFIX.matcher(value);
    boolean hasPrefix = other.matches();
    if (hasPrefix || !scheme.prefix().isEmpty()) {
      found(
          Cause.WRONG_PREFIX,
          "The value of %s begins with %s, and should begin with %s."
              .formatted(
                  scheme.header(),
                  hasPrefix ? other.group(1) + "=" : "something else",
                  scheme.prefix().isEmpty() ? "the signature itself" : scheme.prefix()),
          "Send %sthe signature in hexadecimal digits."
              .formatted(scheme.prefix().isEmpty() ? "" : scheme.prefix() + " and "));
    }
    return hasPrefix ? value.substring(other.group(1).length() + 1) : value;
  }

  private void readDigits(String digits) {
    digest = HmacSha256.signature(digits);
    if (digest.isPresent()) {
      return;
    }
    if (HEX.matcher(digits).matches()) {
      found(
          Cause.WRONG_LENGTH,
          "The signature has %d hexadecimal digits, and should have 64.%s"
              .formatted(digits.length(), algorithm(digits.length())),
          "Sign with HMAC-SHA256, and send the signature whole.");
    } else {
      digest = base64(digits);
      found(
          Cause.NOT_HEXADECIMAL,
          digest.isPresent()
              ? "The signature is written in base64, and should be in hexadecimal digits."
              : "The signature is not written in hexadecimal digits.",
          "Send it as 64 hexadecimal digits.");
    }
  }

  private static String algorithm(int digits) {
    return switch (digits) {
      case 40 -> " So many are SHA-1's.";
      case 96 -> " So many are SHA-384's.";
      case 128 -> " So many are SHA-512's.";
      default -> "";
    };
  }

  private static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/')))
          .filter(bytes -> bytes.length == BYTES);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private void found(Cause cause, String what, String next) {
    findings.add(new Finding(cause, what, next));
  }
}
