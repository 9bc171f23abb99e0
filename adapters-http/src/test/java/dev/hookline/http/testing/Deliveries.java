package dev.hookline.http.testing;

import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.testing.Samples;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Builds deliveries as a provider would send them. */
public final class Deliveries {
  public static final String JSON = "application/json";
  public static final String FORM = "application/x-www-form-urlencoded";

  private final Service service;
  private final Map<String, List<String>> headers = new LinkedHashMap<>();
  private byte[] body = {};
  private Instant receivedAt = Samples.NOON;

  private Deliveries(String service) {
    this.service = new Service(service);
  }

  public static Deliveries from(String service) {
    return new Deliveries(service).header("Content-Type", JSON);
  }

  /** Adds the header; a second one of the same name doubles it. */
  public Deliveries header(String name, String value) {
    headers.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    return this;
  }

  public Deliveries without(String name) {
    headers.remove(name);
    return this;
  }

  public Deliveries json(String json) {
    return body(json.getBytes(StandardCharsets.UTF_8));
  }

  public Deliveries form(String form) {
    headers.put("Content-Type", List.of(FORM));
    return body(form.getBytes(StandardCharsets.UTF_8));
  }

  /** The JSON as the one field of a form. */
  public Deliveries formPayload(String json) {
    return form("payload=" + URLEncoder.encode(json, StandardCharsets.UTF_8));
  }

  public Deliveries body(byte[] bytes) {
    body = bytes;
    return this;
  }

  public Deliveries at(Instant instant) {
    receivedAt = instant;
    return this;
  }

  public boolean isForm() {
    return List.of(FORM).equals(headers.get("Content-Type"));
  }

  public Delivery build() {
    return new Delivery(service, Headers.of(headers), RawBody.of(body), receivedAt, "192.0.2.1");
  }

  /** The signature of the message as 64 hexadecimal digits. */
  public static String hmac(String secret, String message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(message.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
