package dev.hookline.bootstrap.cli;

import java.util.List;

/** A command cannot do what it was asked: the lines to say so, and the exit code. */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final transient List<String> lines;

  private CommandException(int exitCode, List<String> lines) {
    super(String.join("; ", lines));
    this.exitCode = exitCode;
    this.lines = List.copyOf(lines);
  }

  /** The work failed. */
  public static CommandException failed(String line) {
    return new CommandException(ExitCode.FAILED, List.of(line));
  }

  /** Called or configured wrongly; one line for each thing wrong. */
  public static CommandException usage(List<String> lines) {
    return new CommandException(ExitCode.USAGE, lines);
  }

  /** Called or configured wrongly. */
  public static CommandException usage(String line) {
    return usage(List.of(line));
  }

  /** Something else than there is to choose from. */
  static CommandException notOneOf(String option, String choices, String given) {
    return usage("%s: not one of %s: \"%s\"".formatted(option, choices, Table.printable(given)));
  }

  /** What was asked for is not there. */
  public static CommandException notFound(String line) {
    return new CommandException(ExitCode.NOT_FOUND, List.of(line));
  }

  int exitCode() {
    return exitCode;
  }

  List<String> lines() {
    return lines;
  }
}
