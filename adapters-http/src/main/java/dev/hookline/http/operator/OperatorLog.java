package dev.hookline.http.operator;

import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.intake.ClientAddress;
import dev.hookline.http.server.Request;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each action of an operator that changes something, or was to: what was done to what,
 * from where, and what came of it. No token is ever in it.
 */
public final class OperatorLog {
  /** By what an operator acts. */
  public enum Via {
    API("api"),
    CONSOLE("console");

    private final String name;

    Via(String name) {
      this.name = name;
    }
  }

  /**
   * An action.
   *
   * @param name such as {@code replay_pipeline}
   * @param of what is acted upon: an id, or what narrows it down; what is empty does not
   */
  public record Action(String name, Map<String, String> of) {
    public Action {
      of = Map.copyOf(of);
    }

    public Action(String name, String kind, PipelineId id) {
      this(name, Map.of(kind, id.toString()));
    }

    public Action(String name, PauseScope scope) {
      this(
          name,
          Map.of(
              "service",
              scope.service().map(Service::name).orElse("all"),
              "target",
              scope.target().orElse("all")));
    }
  }

  /**
   * Who asked for it.
   *
   * @param address looked through trusted proxies
   * @param requestId names the request in its answer
   */
  public record Caller(String address, String requestId) {
    public static Caller of(Request request, ClientAddress clients) {
      return new Caller(clients.addressOf(request.peer(), request.headers()), request.id());
    }
  }

  private final Logger log;
  private final Via via;

  public OperatorLog(Via via) {
    this(via, LoggerFactory.getLogger("dev.hookline.operator"));
  }

  /**
   * @param log where the lines go
   */
  public OperatorLog(Via via, Logger log) {
    this.via = via;
    this.log = log;
  }

  /**
   * Acts, and says so, also where that fails: some of it may have been done by then.
   *
   * @param result in few words, or a number
   */
  public <T> T acting(Caller caller, Action action, Supplier<T> act, Function<T, String> result) {
    String said = "failed";
    try {
      T done = act.get();
      said = result.apply(done);
      return done;
    } finally {
      say(caller, action, said);
    }
  }

  /** Replays, and says so. */
  public ReplayPipeline.Replay replaying(Caller caller, PipelineId id, ReplayPipeline pipelines) {
    return acting(
        caller,
        new Action("replay_pipeline", "pipeline_id", id),
        () -> pipelines.replay(id),
        replay ->
            switch (replay) {
              case ReplayPipeline.Replay.Reopened() -> "reopened";
              case ReplayPipeline.Replay.StillOpen() -> "still open";
              case ReplayPipeline.Replay.Unknown() -> "unknown";
              case ReplayPipeline.Replay.ServiceDisabled _ -> "service disabled";
              case ReplayPipeline.Replay.Unreadable _ -> "unreadable";
            });
  }

  /** Replays a refused delivery, and says so. */
  public ReplayRefused.Replay replaying(Caller caller, PipelineId id, ReplayRefused refused) {
    return acting(
        caller,
        new Action("replay_refused", "refused_id", id),
        () -> refused.replay(id.value()),
        replay ->
            switch (replay) {
              case ReplayRefused.Replay.Accepted(PipelineId pipeline) -> "accepted as " + pipeline;
              case ReplayRefused.Replay.StillRefused _ -> "still refused";
              case ReplayRefused.Replay.Unknown() -> "unknown";
              case ReplayRefused.Replay.ServiceDisabled _ -> "service disabled";
            });
  }

  /**
   * Replays what a filter finds, and says so.
   *
   * @param filter as it was asked for
   */
  public int replaying(Caller caller, Map<String, String> filter, Supplier<Integer> replay) {
    return acting(caller, new Action("replay_pipelines", filter), replay, String::valueOf);
  }

  private void say(Caller caller, Action action, String result) {
    var line = log.atInfo().addKeyValue("action", action.name());
    for (var fact : new TreeMap<>(action.of()).entrySet()) {
      if (!fact.getValue().isEmpty()) {
        line = line.addKeyValue(fact.getKey(), fact.getValue());
      }
    }
    line.addKeyValue("result", result)
        .addKeyValue("address", caller.address())
        .addKeyValue("via", via.name)
        .addKeyValue("request_id", caller.requestId())
        .log("operator acted");
  }
}
