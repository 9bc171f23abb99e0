package dev.hookline.torture;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * One delivery as its provider makes it. Signed here by the providers' documents, apart from the
 * code that checks signatures.
 *
 * @param marker names it, and stands in its body
 * @param repository which of {@link Plan#REPOSITORIES}
 * @param sequence counts the repository's deliveries
 */
record Sent(String service, String marker, int repository, int sequence, String id, String body) {
  static final String PAYLOAD_CANARY = "canary-payload-5e1d7c3a";

  static final String TARGET_SECRET = "whsec_Y2FuYXJ5LXNlY3JldC10YXJnZXQtMGI5YTdlM2Y5YzJiOGE0MA==";

  /** Of each service, long and like nothing else, so that they can be looked for. */
  static String secret(String service) {
    return "canary-secret-%s-0b9a7e3f9c2b8a40".formatted(service);
  }

  static String serviceOf(int repository) {
    return switch (repository % 6) {
      case 0 -> "slack";
      case 1 -> "linear";
      default -> "github";
    };
  }

  /** As the standardized event names it; Slack's and Linear's come from mappings. */
  static String fullName(int repository) {
    return "octo/r" + repository;
  }

  private static String marker(String prefix, int repository, int sequence) {
    return "%s-%d-%d".formatted(prefix, repository, sequence);
  }

  /** The marker of the repository's delivery before this one. */
  String before() {
    return marker(marker.substring(0, marker.indexOf('-')), repository, sequence - 1);
  }

  /** The marker of the repository's delivery after this one. */
  String after() {
    return marker(marker.substring(0, marker.indexOf('-')), repository, sequence + 1);
  }

  static Sent of(String prefix, int repository, int sequence) {
    String service = serviceOf(repository);
    String marker = marker(prefix, repository, sequence);
    String id =
        switch (service) {
          case "slack" -> "Ev" + marker.toUpperCase(java.util.Locale.ROOT).replace("-", "Z");
          default -> uuid(marker);
        };
    return new Sent(
        service, marker, repository, sequence, id, body(service, marker, id, repository));
  }

  private static String uuid(String marker) {
    String hex = HexFormat.of().formatHex(sha256(marker.getBytes(StandardCharsets.UTF_8)));
    return "%s-%s-4%s-8%s-%s"
        .formatted(
            hex.substring(0, 8),
            hex.substring(8, 12),
            hex.substring(13, 16),
            hex.substring(17, 20),
            hex.substring(20, 32));
  }

  private static String body(String service, String marker, String id, int repository) {
    String text = "please look at " + marker + " " + PAYLOAD_CANARY;
    return switch (service) {
      case "github" ->
          """
          {"action":"created","marker":"%1$s","issue":{"id":1,"number":1,"title":"t"},
           "comment":{"id":7,"body":"%2$s","user":{"login":"mona","type":"User"}},
           "repository":{"id":1,"name":"r%3$d","full_name":"octo/r%3$d","default_branch":"main",
            "owner":{"login":"octo","type":"Organization"}},
           "sender":{"login":"mona","type":"User"},"installation":{"id":42}}\
          """
              .formatted(marker, text, repository);
      case "slack" ->
          """
          {"type":"event_callback","marker":"%1$s","team_id":"T0TORTURE","api_app_id":"A0TORTURE",
           "event":{"type":"message","channel_type":"channel","user":"U061F7AUR","text":"%2$s",
            "ts":"1767600000.000100","channel":"C%3$d","team":"T0TORTURE"},
           "event_id":"%4$s","event_time":1767600000}\
          """
              .formatted(marker, text, repository, id);
      default ->
          """
          {"action":"create","type":"Issue","marker":"%1$s","createdAt":"2026-01-05T09:30:00.000Z",
           "data":{"id":"%4$s","identifier":"T-1","number":1,"title":"t","description":"%2$s",
            "teamId":"team-%3$d","team":{"id":"team-%3$d","key":"T%3$d","name":"T"}},
           "organizationId":"7d6c5b4a-3928-4716-8504-f3e2d1c0b9a8","webhookTimestamp":%5$d}\
          """
              .formatted(marker, text, repository, id, Instant.now().toEpochMilli());
    };
  }

  String digest() {
    return HexFormat.of().formatHex(sha256(body.getBytes(StandardCharsets.UTF_8)));
  }

  Map<String, String> headers() {
    return headers(id, Instant.now(), secret(service));
  }

  /** What goes with the body, signed now. */
  Map<String, String> headers(String deliveryId, Instant now, String secret) {
    var headers = new LinkedHashMap<String, String>();
    headers.put("Content-Type", "application/json");
    switch (service) {
      case "github" -> {
        headers.put("X-GitHub-Event", "issue_comment");
        headers.put("X-GitHub-Delivery", deliveryId);
        headers.put("X-Hub-Signature-256", "sha256=" + hmac(secret, body));
      }
      case "slack" -> {
        String time = Long.toString(now.getEpochSecond());
        headers.put("X-Slack-Request-Timestamp", time);
        headers.put("X-Slack-Signature", "v0=" + hmac(secret, "v0:" + time + ":" + body));
      }
      default -> {
        headers.put("Linear-Delivery", deliveryId);
        headers.put("Linear-Event", "Issue");
        headers.put("Linear-Signature", hmac(secret, body));
      }
    }
    return headers;
  }

  static String signatureHeader(String service) {
    return switch (service) {
      case "github" -> "X-Hub-Signature-256";
      case "slack" -> "X-Slack-Signature";
      default -> "Linear-Signature";
    };
  }

  private static String hmac(String secret, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
