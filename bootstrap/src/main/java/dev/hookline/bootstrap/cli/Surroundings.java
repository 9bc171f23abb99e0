package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.Unreadable;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.provider.ProviderProfile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * What a command finds around it.
 *
 * @param folder the working folder
 * @param out what it prints goes here
 * @param err what it complains of goes here
 * @param terminals which of the two a person reads directly
 */
public record Surroundings(
    Path folder,
    Map<String, String> environment,
    InputStream in,
    PrintWriter out,
    PrintWriter err,
    Terminals terminals,
    Clock clock,
    List<ProviderProfile> profiles) {

  /** Which outputs are terminals. */
  public record Terminals(boolean out, boolean err) {}

  /**
   * The service of that name.
   *
   * @param option where the name is given
   * @throws CommandException if there is none
   */
  Service service(String option, String name) {
    List<Service> known = profiles.stream().map(ProviderProfile::service).toList();
    return known.stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.notOneOf(
                    option, String.join(", ", known.stream().map(Service::name).toList()), name));
  }

  /**
   * What is in a file, or with {@code -} comes from standard input.
   *
   * @param option where the file is named
   * @throws CommandException if the file cannot be read
   */
  byte[] read(String option, String file) throws IOException {
    return file.equals("-") ? in.readAllBytes() : read(option, folder.resolve(file));
  }

  /**
   * What is in a file.
   *
   * @param option where it is named
   * @throws CommandException if it cannot be read
   */
  static byte[] read(String option, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw CommandException.usage(
          "%s: cannot read %s (%s)".formatted(option, file, Unreadable.reason(e)));
    }
  }

  /** Whether what is printed may be coloured. */
  boolean colours() {
    return terminals.out() && !isDumb() && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Whether the terminal, if there is one, knows letters alone. */
  boolean isDumb() {
    return environment.getOrDefault("TERM", "").equals("dumb");
  }
}
