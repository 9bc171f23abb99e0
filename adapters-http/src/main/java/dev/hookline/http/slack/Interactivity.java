package dev.hookline.http.slack;

import static dev.hookline.http.slack.SlackReader.first;

import dev.hookline.http.json.Payload;
import java.util.Optional;

/** Buttons, menus, shortcuts and views (Slack docs, "Handling user interaction"). */
final class Interactivity implements SlackReader {

  @Override
  public Optional<String> request(Payload payload) {
    return switch (payload.text("type").orElse("")) {
      case "message_action" -> first(payload, "message.text");
      case "view_submission", "view_closed" -> payload.json("view", "state", "values");
      case "dialog_submission" -> payload.json("submission");
      default ->
          first(
              payload,
              "actions.0.value",
              "actions.0.selected_option.value",
              "actions.0.selected_options.0.value");
    };
  }

  @Override
  public Optional<String> time(Payload payload) {
    return first(payload, "actions.0.action_ts")
        .flatMap(SlackTime::iso)
        .or(() -> payload.text("action_ts").flatMap(SlackTime::iso));
  }

  @Override
  public Optional<String> sender(Payload payload) {
    return payload.words("user", "id");
  }

  @Override
  public Optional<String> action(Payload payload) {
    return first(
        payload,
        "actions.0.action_id",
        "action_id",
        "callback_id",
        "view.callback_id",
        "actions.0.name");
  }

  @Override
  public Optional<String> team(Payload payload) {
    return first(payload, "team.id", "enterprise.id", "user.team_id");
  }

  @Override
  public Optional<String> channel(Payload payload) {
    return first(payload, "channel.id", "container.channel_id", "response_urls.0.channel_id");
  }

  @Override
  public Optional<String> thread(Payload payload) {
    return first(
        payload,
        "container.thread_ts",
        "message.thread_ts",
        "container.message_ts",
        "message.ts",
        "message_ts");
  }

  @Override
  public Optional<String> message(Payload payload) {
    return first(payload, "container.message_ts", "message.ts", "message_ts");
  }
}
