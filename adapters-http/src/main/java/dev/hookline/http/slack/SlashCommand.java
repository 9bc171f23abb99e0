package dev.hookline.http.slack;

import static dev.hookline.http.slack.SlackReader.first;

import dev.hookline.http.json.Payload;
import java.util.Optional;

/** A slash command: a form (Slack docs, "Implementing slash commands"). */
final class SlashCommand implements SlackReader {

  @Override
  public Optional<String> request(Payload payload) {
    return payload.words("text");
  }

  @Override
  public Optional<String> time(Payload payload) {
    return Optional.empty();
  }

  @Override
  public Optional<String> sender(Payload payload) {
    return payload.words("user_id");
  }

  @Override
  public Optional<String> action(Payload payload) {
    return payload.words("command");
  }

  @Override
  public Optional<String> team(Payload payload) {
    return first(payload, "team_id", "enterprise_id");
  }

  @Override
  public Optional<String> channel(Payload payload) {
    return payload.words("channel_id");
  }

  @Override
  public Optional<String> thread(Payload payload) {
    return Optional.empty();
  }

  @Override
  public Optional<String> message(Payload payload) {
    return Optional.empty();
  }
}
