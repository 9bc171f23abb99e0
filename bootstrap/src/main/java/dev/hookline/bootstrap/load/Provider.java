package dev.hookline.bootstrap.load;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a provider sends, for {@code send} and {@code load}: its samples, its headers and what it
 * signs. Written apart from the side that checks them, so that each proves the other.
 */
public enum Provider {
  /** Signs the body alone, and no time (GitHub Docs, "Validating webhook deliveries"). */
  GITHUB(
      "github",
      "issue_comment",
      "",
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
      "v0:${seconds}:",
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
      "",
      true,
      Duration.ofSeconds(5),
      """
      User-Agent: Linear-Webhook
      Linear-Delivery: ${uuid}
      Linear-Event: ${event}
      Linear-Timestamp: ${millis}
      Linear-Signature: ${signature}
      """);

  /**
   * What {@code send} has of a service.
   *
   * @param event the type, as its sample file is called
   * @param action what happens in it by default; empty where the type has no actions
   * @param form whether the body is a form
   */
  public record Sample(String event, String action, boolean form) {}

  private final String service;
  private final String event;
  private final String signedBefore;
  private final boolean signsTime;
  private final Duration patience;
  private final String headers;

  Provider(
      String service,
      String event,
      String signedBefore,
      boolean signsTime,
      Duration patience,
      String headers) {
    this.service = service;
    this.event = event;
    this.signedBefore = signedBefore;
    this.signsTime = signsTime;
    this.patience = patience;
    this.headers = headers;
  }

  /** That of a service's name. */
  public static Optional<Provider> of(String service) {
    return Arrays.stream(values()).filter(p -> p.service.equals(service)).findFirst();
  }

  /** The services' names, for people. */
  public static String names() {
    return Arrays.stream(values()).map(Provider::service).collect(Collectors.joining(", "));
  }

  /** The service's name. */
  public String service() {
    return service;
  }

  /** The first of them is what {@code send} sends if nothing else is said. */
  public List<Sample> samples() {
    return switch (this) {
      case GITHUB ->
          List.of(
              new Sample("issue_comment", "created", false),
              new Sample("pull_request", "opened", false),
              new Sample("push", "", false),
              new Sample("ping", "", false));
      case SLACK ->
          List.of(
              new Sample("app_mention", "", false),
              new Sample("message", "", false),
              new Sample("slash_command", "", true),
              new Sample("block_actions", "", true));
      case LINEAR ->
          List.of(new Sample("Issue", "create", false), new Sample("Comment", "create", false));
    };
  }

  /** The type of the event that {@code load} sends if nothing else is said. */
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

  /** What is signed before the body, with the place {@code ${seconds}}; mostly nothing. */
  public String signedBefore() {
    return signedBefore;
  }

  /**
   * One header in each line, with the places {@code ${event}}, {@code ${uuid}}, {@code ${seconds}},
   * {@code ${millis}} and {@code ${signature}}.
   */
  public String headers() {
    return headers;
  }
}
