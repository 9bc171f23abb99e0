package dev.hookline.bootstrap;

import dev.hookline.bootstrap.cli.HooklineCli;
import dev.hookline.bootstrap.cli.Surroundings;
import dev.hookline.bootstrap.config.Settings.LogFormat;
import dev.hookline.bootstrap.config.Settings.LogLevel;
import dev.hookline.bootstrap.logging.Logging;
import dev.hookline.bootstrap.run.Processes;
import dev.hookline.http.dialects.Dialects;
import dev.hookline.http.provider.Dialect;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Security;
import java.time.Clock;

/** Where the program starts. */
public final class Main {
  private Main() {}

  /** A database or a target that moves behind its name is found again within so many seconds. */
  private static final String NAMES_ARE_KNOWN_FOR = "5";

  /** Runs the command that the arguments name, and ends with its exit code. */
  public static void main(String[] arguments) {
    Security.setProperty("networkaddress.cache.ttl", NAMES_ARE_KNOWN_FOR);
    // Until a command has read the configuration: only what cannot wait for it.
    Logging.start(LogFormat.TEXT, LogLevel.WARN);
    Clock clock = Clock.systemUTC();
    var around =
        new Surroundings(
            Path.of("").toAbsolutePath(),
            System.getenv(),
            System.in,
            writer(FileDescriptor.out),
            writer(FileDescriptor.err),
            new Surroundings.Terminals(isTerminal("out"), isTerminal("err")),
            clock,
            Dialects.all().stream().map(Dialect::profile).toList());
    System.exit(new HooklineCli(around, new Processes(clock)).run(arguments));
  }

  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
  }

  /** The launcher can tell for each output; without it the JVM can tell for all of them at once. */
  @SuppressWarnings("SystemConsoleNull") // Since JDK 25 it is null again where there is none.
  private static boolean isTerminal(String output) {
    String told = System.getProperty("hookline.terminal." + output);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
