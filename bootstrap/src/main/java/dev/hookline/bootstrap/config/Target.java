package dev.hookline.bootstrap.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Where events go. */
public sealed interface Target {

  /** How long one attempt may take. */
  Duration timeout();

  /** One line of JSON on standard output. */
  record Log(Duration timeout) implements Target {}

  /**
   * A program that is run.
   *
   * @param command the program and its arguments, never a shell's text
   */
  record Exec(List<String> command, Duration timeout) implements Target {}

  /**
   * A CloudEvent by POST.
   *
   * @param secret signs it, if there is one
   */
  record Http(URI url, Optional<SecretSource> secret, Duration timeout) implements Target {}

  /**
   * A record in Kafka.
   *
   * @param bootstrapServers {@code host:port}, at least one
   */
  record Kafka(List<String> bootstrapServers, String topic, Duration timeout) implements Target {}
}
