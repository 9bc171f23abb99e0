package dev.hookline.http.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.Records;
import dev.hookline.application.replay.ReplayPipeline;
import dev.hookline.application.replay.ReplayPipelines;
import dev.hookline.application.replay.ReplayRefused;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.json.Payload;
import dev.hookline.http.operator.InvalidRequestException;
import dev.hookline.http.operator.OperatorLog;
import dev.hookline.http.operator.OperatorLog.Caller;
import dev.hookline.http.operator.Parameters;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.BodyReading;
import dev.hookline.http.server.ByteBudget;
import dev.hookline.http.server.Errors;
import dev.hookline.http.server.Request;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The records and replays, {@code /api/…}, of a process that has them. */
public final class AdminApi {
  static final int MAX_BODY = 64 * 1024;
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 1000;
  private static final int MAX_REPLAYED = 100_000;
  private static final Set<String> REPLAY_FILTER =
      Set.of("state", "service", "event_type", "repository", "since", "until", "limit");
  private static final Set<String> PIPELINES_QUERY =
      Set.of("state", "service", "event_type", "repository", "since", "until", "limit", "cursor");
  private static final Set<String> REFUSED_QUERY =
      Set.of("service", "event_type", "error", "since", "until", "limit", "cursor");

  private static final String LIST_PIPELINES = "/api/pipelines";
  private static final String REPLAY_PIPELINES = "/api/pipelines/replay";
  private static final String LIST_REFUSED = "/api/refused";
  private static final String OUTBOX = "/api/outbox";
  private static final Pattern PIPELINE = Pattern.compile("/api/pipelines/([^/]+)");
  private static final Pattern REPLAY_PIPELINE = Pattern.compile("/api/pipelines/([^/]+)/replay");
  private static final Pattern REPLAY_REFUSED = Pattern.compile("/api/refused/([^/]+)/replay");

  private final Records records;
  private final ReplayPipeline replayOne;
  private final ReplayPipelines replayMany;
  private final ReplayRefused replayRefused;
  private final AdminJson json;
  private final OperatorLog log;
  private final ByteBudget bodies = new ByteBudget(16L * MAX_BODY);

  public AdminApi(
      Records records,
      ReplayPipeline replayOne,
      ReplayPipelines replayMany,
      ReplayRefused replayRefused,
      AdminJson json) {
    this(records, replayOne, replayMany, replayRefused, json, new OperatorLog(OperatorLog.Via.API));
  }

  AdminApi(
      Records records,
      ReplayPipeline replayOne,
      ReplayPipelines replayMany,
      ReplayRefused replayRefused,
      AdminJson json,
      OperatorLog log) {
    this.records = records;
    this.replayOne = replayOne;
    this.replayMany = replayMany;
    this.replayRefused = replayRefused;
    this.json = json;
    this.log = log;
  }

  /** The methods that a path knows; none if there is no such path. */
  static Optional<String> methodsOf(String path) {
    if (path.equals(REPLAY_PIPELINES)
        || REPLAY_PIPELINE.matcher(path).matches()
        || REPLAY_REFUSED.matcher(path).matches()) {
      return Optional.of("POST");
    }
    return path.equals(LIST_PIPELINES)
            || path.equals(LIST_REFUSED)
            || path.equals(OUTBOX)
            || PIPELINE.matcher(path).matches()
        ? Optional.of("GET, HEAD")
        : Optional.empty();
  }

  /**
   * Answers a request whose path {@link #methodsOf} knows.
   *
   * @throws InvalidRequestException if a parameter cannot be understood
   */
  Answer answer(Request request, Caller caller) {
    String path = request.rawPath();
    return switch (path) {
      case LIST_PIPELINES -> pipelines(Parameters.ofQuery(request.rawQuery(), PIPELINES_QUERY));
      case REPLAY_PIPELINES -> replayPipelines(request, caller);
      case LIST_REFUSED -> refused(Parameters.ofQuery(request.rawQuery(), REFUSED_QUERY));
      case OUTBOX -> ok(json.outbox(records.outboxDepth()));
      default -> answerForOne(request, caller, path);
    };
  }

  private Answer answerForOne(Request request, Caller caller, String path) {
    Matcher pipeline = PIPELINE.matcher(path);
    if (pipeline.matches()) {
      return PipelineId.parse(pipeline.group(1))
          .flatMap(records::pipeline)
          .map(found -> ok(json.pipeline(found)))
          .orElseGet(() -> unknown("pipeline", request));
    }
    Matcher replayed = REPLAY_PIPELINE.matcher(path);
    if (replayed.matches()) {
      return PipelineId.parse(replayed.group(1))
          .map(id -> replay(id, request, caller))
          .orElseGet(() -> unknown("pipeline", request));
    }
    Matcher refused = REPLAY_REFUSED.matcher(path);
    if (refused.matches()) {
      return PipelineId.parse(refused.group(1))
          .map(id -> replayRefused(id, request, caller))
          .orElseGet(() -> unknown("refused delivery", request));
    }
    throw new IllegalArgumentException("no path of the API: " + path);
  }

  private Answer pipelines(Parameters query) {
    return ok(
        json.pipelines(
            records.pipelines(
                query.pipelineFilter(), query.cursor(), query.limit(DEFAULT_LIMIT, MAX_LIMIT))));
  }

  private Answer refused(Parameters query) {
    return ok(
        json.refused(
            records.refused(
                query.refusedFilter(), query.cursor(), query.limit(DEFAULT_LIMIT, MAX_LIMIT))));
  }

  private Answer replay(PipelineId id, Request request, Caller caller) {
    return switch (log.replaying(caller, id, replayOne)) {
      case ReplayPipeline.Replay.Reopened() -> replayed(1);
      case ReplayPipeline.Replay.StillOpen() -> replayed(0);
      case ReplayPipeline.Replay.Unknown() -> unknown("pipeline", request);
      case ReplayPipeline.Replay.ServiceDisabled(Service service) -> disabled(service, request);
      case ReplayPipeline.Replay.Unreadable(var error) -> Errors.answer(error, request.id());
    };
  }

  private Answer replayPipelines(Request request, Caller caller) {
    return switch (request.readBody(MAX_BODY, bodies)) {
      case BodyReading.Complete(var body) -> {
        var filter = Parameters.of(fields(body), REPLAY_FILTER);
        PipelineFilter found = filter.pipelineFilter();
        int limit = filter.limit(MAX_REPLAYED, MAX_REPLAYED);
        yield replayed(
            log.replaying(caller, filter.fields(), () -> replayMany.replay(found, limit)));
      }
      case BodyReading.Broken _ ->
          throw new InvalidRequestException("the body is broken or incomplete");
      case BodyReading.Failed failed -> Errors.unread(failed, MAX_BODY, request.id());
    };
  }

  /** A flat object of texts and whole numbers; null counts as not given. */
  private static Map<String, String> fields(RawBody body) {
    Payload filter =
        Payload.read(body.bytes())
            .orElseThrow(
                () -> new InvalidRequestException("the body must be one JSON object, the filter"));
    var fields = new LinkedHashMap<String, String>();
    for (String name : filter.names()) {
      if (filter.has(name)) {
        fields.put(name, field(filter, name));
      }
    }
    return fields;
  }

  private static String field(Payload filter, String name) {
    return filter
        .text(name)
        .or(() -> filter.whole(name).map(number -> Long.toString(number)))
        .orElseThrow(() -> new InvalidRequestException(name + " must be a text or a number"));
  }

  private Answer replayRefused(PipelineId refusedId, Request request, Caller caller) {
    return switch (log.replaying(caller, refusedId, replayRefused)) {
      case ReplayRefused.Replay.Accepted(PipelineId id) ->
          ok(ReportJson.replayed(id).getBytes(UTF_8));
      case ReplayRefused.Replay.StillRefused(var error) -> Errors.answer(error, request.id());
      case ReplayRefused.Replay.ServiceDisabled(Service service) -> disabled(service, request);
      case ReplayRefused.Replay.Unknown() -> unknown("refused delivery", request);
    };
  }

  private static Answer replayed(int count) {
    return ok(ReportJson.replayed(count).getBytes(UTF_8));
  }

  private static Answer disabled(Service service, Request request) {
    return Errors.answer(
        404,
        "UnknownServiceError",
        "the service %s is not enabled here".formatted(service),
        request.id());
  }

  private static Answer unknown(String what, Request request) {
    return Errors.answer(404, "NotFoundError", "there is no such " + what, request.id());
  }

  private static Answer ok(byte[] document) {
    return Answer.of(200, "application/json", document);
  }
}
