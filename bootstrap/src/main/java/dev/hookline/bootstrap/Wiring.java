package dev.hookline.bootstrap;

import dev.hookline.bootstrap.cli.CommandException;
import dev.hookline.bootstrap.cli.Commands;
import dev.hookline.bootstrap.cli.Inspection;
import dev.hookline.bootstrap.config.Configuration;
import dev.hookline.bootstrap.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;

/** The composition root. */
final class Wiring implements Commands {
  @Override
  public int up(Configuration configuration, Path folder, PrintWriter out) {
    throw notYet();
  }

  @Override
  public int serve(Configuration configuration) {
    throw notYet();
  }

  @Override
  public int worker(Configuration configuration) {
    throw notYet();
  }

  @Override
  public int migrate(Configuration configuration, PrintWriter out) {
    throw notYet();
  }

  @Override
  public Inspection inspect(Settings settings) {
    throw notYet();
  }

  private static CommandException notYet() {
    return CommandException.failed("not available yet");
  }
}
