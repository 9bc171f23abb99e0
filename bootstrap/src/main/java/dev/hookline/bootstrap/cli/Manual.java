package dev.hookline.bootstrap.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What {@code --help} tells beyond a command's options: how it ends, and how it is used. */
final class Manual {
  private static final Map<String, String> EXIT_CODES =
      Map.of(
          Integer.toString(ExitCode.DONE), "done",
          Integer.toString(ExitCode.FAILED), "the work failed; standard error says why",
          Integer.toString(ExitCode.USAGE), "wrong usage or configuration, a line for each problem",
          Integer.toString(ExitCode.NOT_FOUND), "there is nothing of that name");

  /** By the words that name the command. */
  static final Map<String, List<String>> EXAMPLES =
      Map.ofEntries(
          Map.entry("up", List.of("hookline up --data /var/lib/hookline")),
          Map.entry("serve", List.of("hookline serve --config hookline.yaml")),
          Map.entry("worker", List.of("hookline worker --config hookline.yaml")),
          Map.entry(
              "migrate",
              List.of(
                  "hookline migrate --json",
                  "hookline migrate --intake-role hookline_intake --worker-role hookline_worker")),
          Map.entry(
              "send",
              List.of(
                  "hookline send github pull_request.closed",
                  "hookline send github --file body.json --header X-GitHub-Event=release",
                  "hookline send linear Issue --count 10 --json")),
          Map.entry(
              "load",
              List.of(
                  "hookline load --duration 30s --connections 64",
                  "hookline load --rate 500 --duration 5m --plot load.svg --json")),
          Map.entry(
              "pipelines list",
              List.of(
                  "hookline pipelines list --state FAILED --since 1h",
                  "hookline pipelines list --repository octo/widgets --limit 10 --json")),
          Map.entry(
              "pipelines show",
              List.of("hookline pipelines show 01934f5e-0000-7000-8000-000000000001")),
          Map.entry(
              "pipelines replay",
              List.of(
                  "hookline pipelines replay --state FAILED --since 1h --dry-run",
                  "hookline pipelines replay 01934f5e-0000-7000-8000-000000000001")),
          Map.entry(
              "refused list", List.of("hookline refused list --error RepositoryContextError")),
          Map.entry(
              "refused show",
              List.of("hookline refused show 01934f5e-0000-7000-8000-000000000001")),
          Map.entry(
              "refused replay",
              List.of("hookline refused replay 01934f5e-0000-7000-8000-000000000001")),
          Map.entry(
              "reconcile", List.of("hookline reconcile github --hook octo/widgets/123 --dry-run")),
          Map.entry("pause", List.of("hookline pause --service github", "hookline pause --list")),
          Map.entry("resume", List.of("hookline resume --service github")),
          Map.entry("audit", List.of("hookline audit --deep")),
          Map.entry("prune", List.of("hookline prune --older-than P90D --dry-run")),
          Map.entry(
              "doctor",
              List.of(
                  "hookline doctor github --body body.json --header 'X-Hub-Signature-256:"
                      + " sha256=0f…'")),
          Map.entry("secrets status", List.of("hookline secrets status")),
          Map.entry("config", List.of("hookline config --json")),
          Map.entry(
              "completion",
              List.of("source <(hookline completion)", "hookline completion fish | source")));

  private Manual() {}

  /** Adds it to the command and to all that are below it. */
  static void complete(CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      UsageMessageSpec usage = command.getCommandSpec().usageMessage();
      usage.exitCodeListHeading("%nExit codes:%n");
      var codes = new LinkedHashMap<String, String>();
      EXIT_CODES.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(code -> codes.put(" " + code.getKey(), code.getValue()));
      usage.exitCodeList(codes);
      List<String> examples = EXAMPLES.getOrDefault(words(command), List.of());
      if (!examples.isEmpty()) {
        usage.footerHeading("%nExamples:%n");
        usage.footer(
            examples.stream().map(line -> "  " + line.replace("%", "%%")).toArray(String[]::new));
      }
    }
    command.getSubcommands().values().forEach(Manual::complete);
  }

  private static String words(CommandLine command) {
    return command.getCommandSpec().qualifiedName().replaceFirst("^hookline ", "");
  }
}
