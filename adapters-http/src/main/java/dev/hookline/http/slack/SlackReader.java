package dev.hookline.http.slack;

import dev.hookline.http.json.Payload;
import java.util.Optional;
import java.util.stream.Stream;

/** Where one of Slack's dialects keeps what an event is made of. */
interface SlackReader {

  /** What a person asked for. */
  Optional<String> request(Payload payload);

  /** The time of the event in ISO-8601, unless it stands in a header. */
  Optional<String> time(Payload payload);

  /** The id of the user or bot; names change. */
  Optional<String> sender(Payload payload);

  Optional<String> action(Payload payload);

  /** The workspace's id, or the organization's where it was installed for all of it. */
  Optional<String> team(Payload payload);

  /** The channel's id. */
  Optional<String> channel(Payload payload);

  /** The message that the thread started with, or would. */
  Optional<String> thread(Payload payload);

  /** The id of the message within its channel. */
  Optional<String> message(Payload payload);

  /** The first of these paths, written with dots, under which there are words. */
  static Optional<String> first(Payload payload, String... dotted) {
    return Stream.of(dotted).flatMap(path -> payload.words(path.split("\\.")).stream()).findFirst();
  }
}
