package dev.hookline.bootstrap.cli;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.domain.pipeline.PipelineState;
import java.time.Clock;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that narrow which pipelines are meant. */
final class PipelineFilterOptions {
  @Option(names = "--state", paramLabel = "STATE", description = "${COMPLETION-CANDIDATES}")
  private Optional<PipelineState.Name> state = Optional.empty();

  @Option(names = "--service", paramLabel = "NAME", description = "github, slack, linear, …")
  private Optional<String> service = Optional.empty();

  @Option(names = "--event-type", paramLabel = "TYPE", description = "such as issue_comment")
  private Optional<String> eventType = Optional.empty();

  @Option(names = "--repository", paramLabel = "OWNER/NAME", description = "compared exactly")
  private Optional<String> repository = Optional.empty();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "received then or later: an ISO-8601 time or day, or how long ago (1h)")
  private Optional<String> since = Optional.empty();

  @Option(names = "--until", paramLabel = "TIME", description = "received before that")
  private Optional<String> until = Optional.empty();

  PipelineFilter filter(Clock clock) {
    return new PipelineFilter(
        state,
        service,
        eventType,
        repository,
        TimeOption.parse("--since", since, clock),
        TimeOption.parse("--until", until, clock));
  }
}
