package dev.hookline.bootstrap.cli;

import dev.hookline.application.audit.Finding;
import dev.hookline.application.audit.Invariant;
import dev.hookline.http.admin.ReportJson;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Check the stored state from end to end; nothing is changed, and nobody has to stop for it.",
      "One line for each invariant; exit 1 if one is broken."
    })
final class AuditCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private DataOption data = new DataOption();

  @Option(names = "--deep", description = "read every body as well, and compare its digest")
  private boolean deep;

  @Option(names = "--json", description = "as JSON")
  private boolean json;

  private final Surroundings around;
  private final Commands commands;

  AuditCommand(Surroundings around, Commands commands) {
    this.around = around;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    List<Finding> findings;
    int all = Invariant.values().length - (deep ? 0 : 1);
    var done = new AtomicInteger();
    try (Inspection inspection = commands.inspect(options.loadWithDatabase(around, data));
        var progress = new ProgressLine(around, json)) {
      findings =
          inspection
              .audit()
              .audit(
                  deep,
                  invariant ->
                      progress.show(
                          done.getAndIncrement(), all, "checking whether " + invariant.kept()),
                  finding -> {
                    progress.clear();
                    if (!json) {
                      around.out().println(line(finding));
                      around.out().flush();
                    }
                  });
    }
    if (json) {
      around.out().println(ReportJson.of(findings));
    }
    return findings.stream().anyMatch(Finding::isBroken) ? ExitCode.FAILED : ExitCode.DONE;
  }

  private String line(Finding finding) {
    return finding.isBroken()
        ? "%s  %d %s: %s"
            .formatted(
                coloured("31", "BROKEN"),
                finding.violations(),
                finding.invariant().broken(),
                String.join(", ", finding.examples()))
        : "%s      %d %s"
            .formatted(coloured("32", "ok"), finding.checked(), finding.invariant().kept());
  }

  private String coloured(String colour, String word) {
    return around.colours() ? "\u001b[%sm%s\u001b[0m".formatted(colour, word) : word;
  }
}
