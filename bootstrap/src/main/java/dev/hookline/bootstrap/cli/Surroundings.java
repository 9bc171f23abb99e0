package dev.hookline.bootstrap.cli;

import dev.hookline.http.provider.ProviderProfile;
import java.io.InputStream;
import java.io.PrintWriter;
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

  /** Whether what is printed may be coloured. */
  boolean colours() {
    return terminals.out() && !isDumb() && environment.getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** Whether the terminal, if there is one, knows letters alone. */
  boolean isDumb() {
    return environment.getOrDefault("TERM", "").equals("dumb");
  }
}
