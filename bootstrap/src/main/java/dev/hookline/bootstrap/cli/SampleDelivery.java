package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.load.Provider;
import dev.hookline.bootstrap.load.Provider.Sample;
import dev.hookline.domain.delivery.RawBody;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A delivery made up here as the provider would send it, signed. This is the providers' side of the
 * signatures, written apart from the side that checks them, so that each proves the other.
 *
 * @param headers in the order sent
 */
record SampleDelivery(Map<String, String> headers, RawBody body) {
  private static final Pattern PLACE = Pattern.compile("\\$\\{([a-z_]+)}");
  private static final Pattern LINEAR_TIME =
      Pattern.compile("(\"webhookTimestamp\"\\s*:\\s*)-?[0-9]+");

  /**
   * The service's sample of the event, unlike any made before it.
   *
   * @param event a type, or a type and its action
   * @param number counts the deliveries of one call, from 1
   * @return nothing if there is no such sample
   */
  static Optional<SampleDelivery> of(
      Provider provider, String event, int number, Instant now, String secret) {
    for (Sample sample : provider.samples()) {
      boolean withAction = !sample.action().isEmpty() && event.startsWith(sample.event() + ".");
      if (event.equals(sample.event()) || withAction) {
        String action = withAction ? event.substring(sample.event().length() + 1) : sample.action();
        String text = fill(template(provider, sample), places(number, action, now));
        String body =
            sample.event().equals("block_actions")
                ? "payload=" + URLEncoder.encode(text, StandardCharsets.UTF_8)
                : text;
        return Optional.of(
            sign(
                provider,
                sample.event(),
                body.getBytes(StandardCharsets.UTF_8),
                sample.form(),
                now,
                secret));
      }
    }
    return Optional.empty();
  }

  /**
   * A body from elsewhere, signed as of now. Of a Linear body the time inside is set to now, since
   * it is part of what is signed.
   *
   * @param event GitHub's type, which stands in a header
   */
  static SampleDelivery ofBody(
      Provider provider, String event, byte[] body, Instant now, String secret) {
    byte[] fresh = body;
    if (provider == Provider.LINEAR) {
      // Latin-1 keeps every byte as it is.
      String text = new String(body, StandardCharsets.ISO_8859_1);
      fresh =
          LINEAR_TIME
              .matcher(text)
              .replaceAll("$1" + now.toEpochMilli())
              .getBytes(StandardCharsets.ISO_8859_1);
    }
    return sign(provider, event, fresh, !startsLikeJson(body), now, secret);
  }

  private static boolean startsLikeJson(byte[] body) {
    for (byte b : body) {
      if (b != ' ' && b != '\t' && b != '\r' && b != '\n') {
        return b == '{' || b == '[';
      }
    }
    return true;
  }

  private static SampleDelivery sign(
      Provider provider, String event, byte[] body, boolean form, Instant now, String secret) {
    var places = new HashMap<>(places(1, "", now));
    places.put("event", event);
    byte[] before = fill(provider.signedBefore(), places).getBytes(StandardCharsets.UTF_8);
    places.put("signature", hmac(secret, before, body));
    var headers = new LinkedHashMap<String, String>();
    headers.put("Content-Type", form ? "application/x-www-form-urlencoded" : "application/json");
    provider
        .headers()
        .lines()
        .map(line -> line.split(": ", 2))
        .forEach(header -> headers.put(header[0], fill(header[1], places)));
    return new SampleDelivery(headers, RawBody.of(body));
  }

  private static String hmac(String secret, byte[]... parts) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static Map<String, String> places(int number, String action, Instant now) {
    UUID unique = UUID.randomUUID();
    String hex = unique.toString().replace("-", "");
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
    var places = new LinkedHashMap<String, String>();
    places.put("number", Integer.toString(number));
    places.put("action", action);
    places.put("uuid", unique.toString());
    places.put("hex", hex);
    places.put("sha", hex + hex.substring(0, 8));
    places.put("id", hex.substring(0, 10).toUpperCase(Locale.ROOT));
    places.put("big", Long.toString(Math.floorMod(unique.getMostSignificantBits(), 1L << 40)));
    places.put("now", now.truncatedTo(ChronoUnit.SECONDS).toString());
    places.put("now_millis", now.truncatedTo(ChronoUnit.MILLIS).toString());
    places.put("seconds", Long.toString(now.getEpochSecond()));
    places.put("millis", Long.toString(now.toEpochMilli()));
    places.put("ts", "%d.%06d".formatted(micros / 1_000_000, micros % 1_000_000));
    return places;
  }

  private static String fill(String template, Map<String, String> places) {
    return PLACE
        .matcher(template)
        .replaceAll(
            place ->
                Matcher.quoteReplacement(
                    Optional.ofNullable(places.get(place.group(1)))
                        .orElseThrow(
                            () -> new IllegalStateException("no place " + place.group(1)))));
  }

  private static String template(Provider provider, Sample sample) {
    boolean fields = sample.event().equals("slash_command");
    String name =
        "samples/%s/%s.%s".formatted(provider.service(), sample.event(), fields ? "form" : "json");
    try (InputStream stream = SampleDelivery.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("the sample " + name + " is missing");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the sample " + name, e);
    }
  }
}
