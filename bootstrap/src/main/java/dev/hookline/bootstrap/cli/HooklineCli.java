package dev.hookline.bootstrap.cli;

import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.bootstrap.config.InvalidSettingsException;
import dev.hookline.bootstrap.up.EmbeddedPostgresException;
import dev.hookline.bootstrap.up.FolderInUseException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line: finds the command, runs it, and turns what goes wrong into lines and a code.
 */
public final class HooklineCli {
  private final Surroundings around;
  private final CommandLine line;

  public HooklineCli(Surroundings around, Commands commands) {
    this.around = around;
    this.line =
        new CommandLine(new Top())
            .addSubcommand(new UpCommand(around, commands))
            .addSubcommand(new ServeCommand(around, commands))
            .addSubcommand(new WorkerCommand(around, commands))
            .addSubcommand(new MigrateCommand(around, commands))
            .addSubcommand(new SendCommand(around))
            .addSubcommand(new LoadCommand(around))
            .addSubcommand(new DoctorCommand(around, commands))
            .addSubcommand(new SecretsCommand(around, commands))
            .addSubcommand(new PipelinesCommand(around, commands))
            .addSubcommand(new RefusedCommand(around, commands))
            .addSubcommand(new ReconcileCommand(around, commands))
            .addSubcommand(new PauseCommand(around, commands))
            .addSubcommand(new ResumeCommand(around, commands))
            .addSubcommand(new AuditCommand(around, commands))
            .addSubcommand(new PruneCommand(around, commands))
            .addSubcommand(new ConfigCommand(around))
            .addSubcommand(new CompletionCommand(around))
            .addSubcommand(new VersionCommand(around))
            .addSubcommand(new HelpCommand());
    Manual.complete(line);
    line.setOut(around.out());
    line.setErr(around.err());
    line.setColorScheme(CommandLine.Help.defaultColorScheme(around.colours() ? Ansi.ON : Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(HooklineCli::misused);
    line.setExecutionExceptionHandler(this::failed);
  }

  /**
   * Adds a command that lives elsewhere.
   *
   * @param command an object that picocli understands
   */
  public HooklineCli with(Object command) {
    var added = new CommandLine(command);
    line.addSubcommand(added);
    added.setOut(around.out());
    added.setErr(around.err());
    added.setCaseInsensitiveEnumValuesAllowed(true);
    added.setParameterExceptionHandler(HooklineCli::misused);
    added.setExecutionExceptionHandler(this::failed);
    return this;
  }

  /** Runs the command that the arguments name, and returns the exit code. */
  public int run(String... arguments) {
    int code = line.execute(arguments);
    around.out().flush();
    around.err().flush();
    return code;
  }

  private static int misused(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    String message = firstLine(e);
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String hint =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions().stream()
                .filter(
                    known -> known.startsWith(unmatched.getUnmatched().getFirst().substring(0, 1)))
                .findFirst()
                .map("; did you mean %s?"::formatted)
                .orElse("")
            : "";
    err.println("hookline: %s%s (see %s --help)".formatted(message, hint, name));
    return ExitCode.USAGE;
  }

  private int failed(Exception e, CommandLine command, ParseResult parsed) {
    return switch (e) {
      case CommandException known -> say(known.lines(), known.exitCode());
      case InvalidSettingsException invalid -> say(invalid.problems(), ExitCode.USAGE);
      case StoreUnavailableException away ->
          say(
              List.of(
                  "the database is away: %s; is it as db.url and db.user say? (see hookline config)"
                      .formatted(rootOf(away))),
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

  /** What is at the bottom of it, which tells the operator most. */
  private static String rootOf(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = Objects.requireNonNullElse(root.getMessage(), "");
    return Table.printable(
        "%s: %s"
            .formatted(
                root.getClass().getSimpleName(), message.lines().findFirst().orElse("no reason")));
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
      throw new ParameterException(spec.commandLine(), "which command?");
    }
  }
}
