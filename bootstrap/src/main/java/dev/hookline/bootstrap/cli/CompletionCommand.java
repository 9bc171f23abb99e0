package dev.hookline.bootstrap.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Print a script that lets a shell complete commands and options.",
      "",
      "bash and zsh, in the shell or in its start-up file: source <(hookline completion)",
      "fish: hookline completion fish | source",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  /** One that has completion. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(
      paramLabel = "SHELL",
      arity = "0..1",
      defaultValue = "bash",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private Shell shell = Shell.BASH;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Surroundings around;

  CompletionCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    around
        .out()
        .print(
            switch (shell) {
              case BASH, ZSH -> AutoComplete.bash("hookline", root);
              case FISH -> FishCompletion.of(root);
            });
    return ExitCode.DONE;
  }
}
