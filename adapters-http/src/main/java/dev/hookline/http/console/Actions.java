package dev.hookline.http.console;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.operator.OperatorLog;
import dev.hookline.http.operator.OperatorLog.Action;
import dev.hookline.http.server.Answer;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.function.Function;

/** What one can do, and where that leads. Whoever calls has seen that a page's form asks for it. */
final class Actions {
  static final int MOST_REPLAYED = 10_000;

  private final Console.Ports ports;
  private final Layout layout;
  private final Clock clock;
  private final OperatorLog log;

  Actions(Console.Ports ports, Layout layout, Clock clock, OperatorLog log) {
    this.ports = ports;
    this.layout = layout;
    this.clock = clock;
    this.log = log;
  }

  Answer replay(Visit visit, String id) {
    Replay replay =
        PipelineId.parse(id)
            .map(parsed -> log.replaying(visit.caller(), parsed, ports.replayOne()))
            .orElseGet(Replay.Unknown::new);
    return switch (replay) {
      case Replay.Reopened() -> Answer.seeOther(Console.PIPELINES + "/" + id + "?done=replayed");
      case Replay.StillOpen() -> layout.problem(409, visit, "It is on its way already.");
      case Replay.Unknown() -> layout.missing(visit);
      case Replay.ServiceDisabled(Service service) -> disabled(visit, service);
      case Replay.Unreadable(var error) ->
          layout.problem(422, visit, "Today's handler does not take it: " + error.message());
    };
  }

  Answer replayMany(Visit visit, Asked form) {
    PipelineFilter filter = form.pipelineFilter(clock.instant());
    int replayed =
        log.replaying(
            visit.caller(),
            form.narrowing(),
            () -> ports.replayMany().replay(filter, MOST_REPLAYED));
    var back = new LinkedHashMap<>(form.narrowing());
    back.put("done", "replayed-" + replayed);
    return Answer.seeOther(Markup.link(Console.PIPELINES, back));
  }

  Answer replayRefused(Visit visit, String id) {
    ReplayRefused.Replay replay =
        PipelineId.parse(id)
            .map(parsed -> log.replaying(visit.caller(), parsed, ports.replayRefused()))
            .orElseGet(ReplayRefused.Replay.Unknown::new);
    return switch (replay) {
      case ReplayRefused.Replay.Accepted(PipelineId pipeline) ->
          Answer.seeOther(PipelinePage.path(pipeline) + "?done=accepted");
      case ReplayRefused.Replay.StillRefused(var error) ->
          layout.problem(422, visit, "It is refused still: " + error.message());
      case ReplayRefused.Replay.ServiceDisabled(Service service) -> disabled(visit, service);
      case ReplayRefused.Replay.Unknown() -> layout.missing(visit);
    };
  }

  Answer pause(Visit visit, Asked form) {
    PauseScope scope = form.scope();
    log.acting(
        visit.caller(),
        new Action("pause", scope),
        () -> {
          ports.pauses().pause(scope);
          return "paused";
        },
        Function.identity());
    return Answer.seeOther(Console.PAUSES + "?done=paused");
  }

  Answer resume(Visit visit, Asked form) {
    PauseScope scope = form.scope();
    return log.acting(
            visit.caller(),
            new Action("resume", scope),
            () -> ports.pauses().resume(scope),
            lifted -> lifted ? "resumed" : "no such pause")
        ? Answer.seeOther(Console.PAUSES + "?done=resumed")
        : layout.problem(409, visit, "There is no such pause any more.");
  }

  private Answer disabled(Visit visit, Service service) {
    return layout.problem(404, visit, "The service %s is not enabled here.".formatted(service));
  }
}
