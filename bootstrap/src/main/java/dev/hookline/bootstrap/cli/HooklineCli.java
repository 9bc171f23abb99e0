package dev.hookline.bootstrap.cli;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.bootstrap.config.InvalidSettingsException;
import dev.hookline.bootstrap.up.EmbeddedPostgresException;
import dev.hookline.bootstrap.up.FolderInUseException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: finds the command, runs it, and turns what goes wrong into lines and a code.
 */
public final class HooklineCli {
  private static final Set<String> OF_OTHERS = Set.of("completion", "help");

  private final Surroundings around;

  /**
   * What a supervisor starts again and again, mostly without options: there is nothing to parse
   * then, and the parser, which is too old for Java to have it in its cache, takes a quarter of
   * such a start.
   */
  private final Map<String, Supplier<Callable<Integer>>> restarted = new LinkedHashMap<>();

  private final Map<String, Supplier<?>> byName = new LinkedHashMap<>();

  public HooklineCli(Surroundings around, Commands commands) {
    this.around = around;
    restarted.put("serve", () -> new ServeCommand(around, commands));
    restarted.put("worker", () -> new WorkerCommand(around, commands));
    byName.put("up", () -> new UpCommand(around, commands));
    byName.putAll(restarted);
    byName.put("migrate", () -> new MigrateCommand(around, commands));
    byName.put("send", () -> new SendCommand(around));
    byName.put("load", () -> new LoadCommand(around));
    byName.put("doctor", () -> new DoctorCommand(around, commands));
    byName.put("secrets", () -> new SecretsCommand(around, commands));
    byName.put("pipelines", () -> new PipelinesCommand(around, commands));
    byName.put("refused", () -> new RefusedCommand(around, commands));
    byName.put("reconcile", () -> new ReconcileCommand(around, commands));
    byName.put("pause", () -> new PauseCommand(around, commands));
    byName.put("resume", () -> new ResumeCommand(around, commands));
    byName.put("audit", () -> new AuditCommand(around, commands));
    byName.put("prune", () -> new PruneCommand(around, commands));
    byName.put("config", () -> new ConfigCommand(around));
    byName.put("completion", () -> new CompletionCommand(around));
    byName.put("version", () -> new VersionCommand(around));
    // Not HelpCommand::new: JDK 25.0.3 cannot record a reference to a class as old as picocli's.
    byName.put("help", () -> new HelpCommand());
  }

  /** Runs the command that the arguments name, and returns the exit code. */
  public int run(String... arguments) {
    String named = arguments.length == 0 ? "" : arguments[0];
    var unparsed = arguments.length == 1 ? restarted.get(named) : null;
    int code = unparsed == null ? line(named).execute(arguments) : call(unparsed.get());
    around.out().flush();
    around.err().flush();
    return code;
  }

  private int call(Callable<Integer> command) {
    try {
      return command.call();
    } catch (Exception e) {
      return failed(e);
    }
  }

  /**
   * To describe all commands takes a third of a second, which a process that restarts has not: one
   * that is named is described alone, unless it speaks of the others.
   */
  private CommandLine line(String named) {
    var line = new CommandLine(new Top());
    boolean alone = byName.containsKey(named) && !OF_OTHERS.contains(named);
    byName.forEach(
        (name, command) -> {
          if (!alone || name.equals(named)) {
            line.addSubcommand(name, command.get());
          }
        });
    Manual.complete(line);
    line.setOut(around.out());
    line.setErr(around.err());
    line.setColorScheme(CommandLine.Help.defaultColorScheme(around.colours() ? Ansi.ON : Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(HooklineCli::misused);
    line.setExecutionExceptionHandler((e, _, _) -> failed(e));
    return line;
  }

  private static int misused(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String message =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched(unmatched)
            : firstLine(e).replaceFirst(" is not an? (int|long)$", " is not a whole number");
    err.println("hookline: %s (see %s --help)".formatted(message, name));
    return ExitCode.USAGE;
  }

  private static String unmatched(UnmatchedArgumentException e) {
    String first = e.getUnmatched().getFirst();
    if (!first.startsWith("-") && e.getCommandLine().getSubcommands().isEmpty()) {
      return "too many arguments: '%s'".formatted(first);
    }
    String message =
        first.startsWith("-") ? firstLine(e) : "unknown command: '%s'".formatted(first);
    return e.getSuggestions().stream()
        .filter(known -> known.startsWith(first.substring(0, 1)))
        .findFirst()
        .map(known -> "%s; did you mean %s?".formatted(message, known))
        .orElse(message);
  }

  private int failed(Exception e) {
    return switch (e) {
      case CommandException known -> say(known.lines(), known.exitCode());
      case InvalidSettingsException invalid -> say(invalid.problems(), ExitCode.USAGE);
      case StoreUnavailableException away ->
          say(
              List.of(
                  "the database is away: %s; is it as db.url and db.user say? (see hookline config)"
                      .formatted(Table.printable(away.why()))),
              ExitCode.FAILED);
      case FolderInUseException used -> say(List.of(used.getMessage()), ExitCode.FAILED);
      case EmbeddedPostgresException postgres ->
          say(List.of(postgres.getMessage()), ExitCode.FAILED);
      case UncheckedIOException io ->
          say(List.of("%s (%s)".formatted(firstLine(io), causeOf(io))), ExitCode.FAILED);
      default -> {
        LoggerFactory.getLogger(HooklineCli.class).error("Command failed", e);
        yield ExitCode.FAILED;
      }
    };
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage();
    return message == null ? "" : message.lines().findFirst().orElse("");
  }

  private static String causeOf(Exception e) {
    Throwable cause = e.getCause();
    return (cause == null ? e : cause).getClass().getSimpleName();
  }

  private int say(List<String> lines, int code) {
    lines.forEach(text -> around.err().println("hookline: " + text));
    return code;
  }

  @Command(
      name = "hookline",
      mixinStandardHelpOptions = true,
      versionProvider = VersionCommand.Provider.class,
      synopsisSubcommandLabel = "COMMAND",
      header = "Takes in webhooks from GitHub, Slack and Linear as durable, standardized work.",
      description = {
        "",
        "Start with: hookline up, then in another terminal: hookline send github",
        ""
      },
      commandListHeading = "%nCommands:%n")
  private static final class Top implements Runnable {
    @Spec private CommandSpec spec;

    Top() {
      this.spec = CommandSpec.create();
    }

    @Override
    public void run() {
      throw new ParameterException(
          spec.commandLine(), "which command? up shows everything at once");
    }
  }
}
