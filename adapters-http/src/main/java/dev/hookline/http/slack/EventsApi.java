package dev.hookline.http.slack;

import static dev.hookline.http.slack.SlackReader.first;

import dev.hookline.http.json.Payload;
import java.util.Optional;

/** The Events API: an envelope around one event (Slack docs, "The Events API"). */
final class EventsApi implements SlackReader {

  @Override
  public Optional<String> request(Payload payload) {
    String text = isChange(payload) ? "event.message.text" : "event.text";
    return first(payload, text)
        .map(words -> withoutMention(words, botUser(payload)))
        .filter(words -> !words.isBlank());
  }

  private static boolean isChange(Payload payload) {
    return payload.text("event", "subtype").filter("message_changed"::equals).isPresent();
  }

  private static Optional<String> botUser(Payload payload) {
    return first(payload, "authorizations.0.user_id", "authed_users.0");
  }

  /** Takes our own name off the front: what is left is said to us, not about us. */
  private static String withoutMention(String text, Optional<String> user) {
    String words = text.stripLeading();
    String mention = "<@" + user.orElse("");
    int end = words.indexOf('>');
    boolean ours =
        user.isPresent()
            && words.startsWith(mention)
            && (end == mention.length() || (words.startsWith("|", mention.length()) && end > 0));
    return ours ? words.substring(end + 1).stripLeading() : text;
  }

  @Override
  public Optional<String> time(Payload payload) {
    return payload
        .text("event", "event_ts")
        .flatMap(SlackTime::iso)
        .or(() -> payload.text("event", "ts").flatMap(SlackTime::iso))
        .or(() -> payload.whole("event_time").map(Object::toString).flatMap(SlackTime::iso));
  }

  @Override
  public Optional<String> sender(Payload payload) {
    if (isChange(payload)) {
      return first(payload, "event.message.user", "event.message.bot_id");
    }
    // Events about users carry the whole user instead of the id, those about files user_id.
    return first(payload, "event.user", "event.user.id", "event.bot_id", "event.user_id");
  }

  @Override
  public Optional<String> action(Payload payload) {
    return first(payload, "event.subtype");
  }

  @Override
  public Optional<String> team(Payload payload) {
    return first(
        payload, "team_id", "context_team_id", "authorizations.0.team_id", "enterprise_id");
  }

  @Override
  public Optional<String> channel(Payload payload) {
    return first(
        payload, "event.channel", "event.channel.id", "event.item.channel", "event.channel_id");
  }

  @Override
  public Optional<String> thread(Payload payload) {
    return first(payload, "event.thread_ts", "event.message.thread_ts", "event.ts");
  }

  @Override
  public Optional<String> message(Payload payload) {
    return first(payload, "event.ts");
  }
}
