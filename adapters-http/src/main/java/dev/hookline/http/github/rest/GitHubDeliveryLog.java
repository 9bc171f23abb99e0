package dev.hookline.http.github.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookline.application.reconcile.DeliveryLog;
import dev.hookline.application.reconcile.DeliveryLogException;
import dev.hookline.application.reconcile.SentDelivery;
import dev.hookline.http.github.rest.GitHubRest.Answer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The deliveries of one hook, which GitHub keeps for three days (an Enterprise Server: seven). A
 * delivery's GUID is the event's: the header {@code X-GitHub-Delivery} carries it in each attempt.
 */
public final class GitHubDeliveryLog implements DeliveryLog {
  private static final int PAGE = 100;

  /** GitHub checks a new hook with it; it is answered, and nothing is kept. */
  private static final String HANDSHAKE = "ping";

  private static final Pattern LINK = Pattern.compile("<([^<>]*)>([^<]*)");
  private static final Pattern IS_NEXT = Pattern.compile("(?i);\\s*rel\\s*=\\s*\"?next\"?");
  private static final Pattern CURSOR =
      Pattern.compile("[?&]cursor=([A-Za-z0-9._~%+=-]{1,500})(?:[&#]|$)");

  private final GitHubRest rest;
  private final GitHubHook hook;
  private final Supplier<String> token;

  /**
   * @param token asked for each request, so that it may change; that of an App is an {@link
   *     AppToken}
   */
  public GitHubDeliveryLog(GitHubRest rest, GitHubHook hook, Supplier<String> token) {
    this.rest = rest;
    this.hook = hook;
    this.token = token;
  }

  @Override
  public String hook() {
    return hook.toString();
  }

  @Override
  public void read(Instant since, Consumer<List<SentDelivery>> pages) {
    var seen = new HashSet<String>();
    String cursor = "";
    do {
      Answer answer =
          rest.get(
              "%s/deliveries?per_page=%d%s"
                  .formatted(hook.path(), PAGE, cursor.isEmpty() ? "" : "&cursor=" + cursor),
              token);
      if (!answer.isSuccess()) {
        throw refused(answer);
      }
      List<SentDelivery> page = deliveries(answer);
      List<SentDelivery> wanted =
          page.stream()
              .filter(delivery -> !delivery.sentAt().isBefore(since))
              .filter(delivery -> !delivery.eventType().equals(HANDSHAKE))
              .toList();
      if (!wanted.isEmpty()) {
        pages.accept(wanted);
      }
      boolean reachesBack = page.stream().allMatch(delivery -> delivery.sentAt().isBefore(since));
      cursor = reachesBack ? "" : next(answer).orElse("");
      if (!cursor.isEmpty() && !seen.add(cursor)) {
        throw DeliveryLogException.lasting("GitHub's pages lead back to one that was read before");
      }
    } while (!cursor.isEmpty());
  }

  @Override
  public void redeliver(SentDelivery delivery) {
    Answer answer =
        rest.post("%s/deliveries/%s/attempts".formatted(hook.path(), delivery.attemptId()), token);
    if (answer.isSuccess()) {
      return;
    }
    // What is not found is this delivery: the hook itself has just shown its log.
    if (answer.status() == 400 || answer.status() == 404 || answer.status() == 422) {
      throw DeliveryLogException.ofOne(
          "GitHub does not redeliver it (%s)".formatted(answer.told()));
    }
    throw refused(answer);
  }

  private DeliveryLogException refused(Answer answer) {
    return DeliveryLogException.lasting(
        switch (answer.status()) {
          case 401 ->
              "GitHub does not know the caller (%s): the token has expired or is wrong; an App's needs a right clock, and %s"
                  .formatted(answer.told(), hook.permission());
          case 403 -> "GitHub forbids it (%s): %s".formatted(answer.told(), hook.permission());
          case 404 ->
              "GitHub shows no such hook (%s): it is not there, or %s"
                  .formatted(answer.told(), hook.permission());
          case 301, 302, 303, 307, 308 ->
              "GitHub redirects (%s), which is not followed: is reconcile.github.url right, and was the repository renamed?"
                  .formatted(answer.told());
          default -> "GitHub answers " + answer.told();
        });
  }

  private static List<SentDelivery> deliveries(Answer answer) {
    JsonNode tree = answer.tree().filter(JsonNode::isArray).orElseThrow(GitHubDeliveryLog::odd);
    var deliveries = new ArrayList<SentDelivery>();
    for (JsonNode item : tree) {
      deliveries.add(delivery(item));
    }
    return deliveries;
  }

  private static SentDelivery delivery(JsonNode item) {
    JsonNode id = item.path("id");
    String guid = item.path("guid").asText();
    if (!id.isIntegralNumber() || guid.isEmpty()) {
      throw odd();
    }
    try {
      return new SentDelivery(
          id.asText(),
          guid,
          item.path("event").asText(),
          OffsetDateTime.parse(item.path("delivered_at").asText()).toInstant(),
          item.path("redelivery").asBoolean(),
          item.path("status_code").asInt());
    } catch (DateTimeParseException _) {
      throw odd();
    }
  }

  private static DeliveryLogException odd() {
    return DeliveryLogException.lasting("GitHub's answer is not a list of deliveries");
  }

  /**
   * The next page's cursor (RFC 8288). Only that is taken of the link, so that it cannot lead
   * elsewhere.
   */
  private static Optional<String> next(Answer answer) {
    for (String value : answer.headers().allValues("Link")) {
      var link = LINK.matcher(value);
      while (link.find()) {
        if (IS_NEXT.matcher(link.group(2)).find()) {
          var cursor = CURSOR.matcher(link.group(1));
          if (!cursor.find()) {
            throw DeliveryLogException.lasting("GitHub's link to the next page has no cursor");
          }
          return Optional.of(cursor.group(1));
        }
      }
    }
    return Optional.empty();
  }
}
