package dev.hookline.bootstrap.load;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a provider sends: its headers, what it signs, and where the id and the time of a delivery
 * stand. Written apart from the side that checks them, so that each proves the other.
 */
public enum Provider {
  /** Signs the body alone, and no time (GitHub Docs, "Validating webhook deliveries"). */
  GITHUB(
      "github",
      "issue_comment",
      false,
      Duration.ofSeconds(10),
      """
      User-Agent: GitHub-Hookshot/hookline
      X-GitHub-Event: ${event}
      X-GitHub-Delivery: ${uuid}
      X-Hub-Signature-256: sha256=${signature}
      """),
  /** Signs version, time and body (Slack docs, "Verifying requests from Slack"). */
  SLACK(
      "slack",
      "message",
      true,
      Duration.ofSeconds(3),
      """
      User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)
      X-Slack-Request-Timestamp: ${seconds}
      X-Slack-Signature: v0=${signature}
      """),
  /** Signs the body, in which the time stands (Linear developers, "Webhooks"). */
  LINEAR(
      "linear",
      "Issue",
      true,
      Duration.ofSeconds(5),
      """
      User-Agent: Linear-Webhook
      Linear-Delivery: ${uuid}
      Linear-Event: ${event}
      Linear-Timestamp: ${millis}
      Linear-Signature: ${signature}
      """);

  private final String service;
  private final String event;
  private final boolean signsTime;
  private final Duration patience;
  private final String headers;

  Provider(String service, String event, boolean signsTime, Duration patience, String headers) {
    this.service = service;
    this.event = event;
    this.signsTime = signsTime;
    this.patience = patience;
    this.headers = headers;
  }

  /** That of a service's name. */
  public static Optional<Provider> of(String service) {
    return Arrays.stream(values()).filter(p -> p.service.equals(service)).findFirst();
  }

  /** The service's name. */
  public String service() {
    return service;
  }

  /** The type of the event that is sent if nothing else is said. */
  public String event() {
    return event;
  }

  /** Whether a delivery can be too old to be believed. */
  public boolean signsTime() {
    return signsTime;
  }

  /** How long it waits for an answer; what comes later is a failure to it. */
  public Duration patience() {
    return patience;
  }

  String headers() {
    return headers;
  }
}
