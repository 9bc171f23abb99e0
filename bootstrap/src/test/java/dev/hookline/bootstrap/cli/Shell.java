package dev.hookline.bootstrap.cli;

import dev.hookline.bootstrap.config.TestProfiles;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs commands in a folder of their own and keeps what they print. */
final class Shell {
  static final Instant NOW = Instant.parse("2026-11-24T12:00:00.123Z");

  final Map<String, String> environment = new HashMap<>();
  private final Path folder;
  private final Commands commands;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private String in = "";
  private boolean terminal;

  Shell(Path folder, Commands commands) {
    this.folder = folder;
    this.commands = commands;
  }

  Shell type(String text) {
    in = text;
    return this;
  }

  /** From now on a person reads both outputs. */
  Shell atTerminal() {
    terminal = true;
    return this;
  }

  int run(String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    var around =
        new Surroundings(
            folder,
            environment,
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintWriter(out),
            new PrintWriter(err),
            new Surroundings.Terminals(terminal, terminal),
            Clock.fixed(NOW, ZoneOffset.UTC),
            TestProfiles.THREE);
    return new HooklineCli(around, commands).run(arguments);
  }

  String out() {
    return out.toString();
  }

  /** What went to standard error, with all that moves a cursor. */
  String rawErr() {
    return err.toString();
  }

  List<String> err() {
    return err.toString().lines().toList();
  }
}
