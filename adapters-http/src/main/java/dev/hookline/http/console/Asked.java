package dev.hookline.http.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.domain.delivery.Service;
import dev.hookline.http.operator.InvalidRequestException;
import dev.hookline.http.operator.Parameters;
import dev.hookline.http.provider.FormFields;
import dev.hookline.http.server.BodyReading;
import dev.hookline.http.server.ByteBudget;
import dev.hookline.http.server.Request;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a page or a form was asked for. A field that is not among those it takes is an {@link
 * InvalidRequestException}, as is a form that is none of these pages' or is broken off.
 */
final class Asked {
  /** What narrows a listing of pipelines. */
  static final Set<String> PIPELINES =
      Set.of("state", "service", "event_type", "repository", "since", "until", "within");

  /** What narrows a listing of refused deliveries. */
  static final Set<String> REFUSED =
      Set.of("service", "event_type", "error", "since", "until", "within");

  static final Set<String> SCOPE = Set.of("service", "target");

  static final int MAX_FORM = 16 * 1024;

  private static final Set<String> CSRF = Set.of("csrf");
  private static final Set<String> PLACE = Set.of("cursor", "done");

  private final Parameters fields;

  private Asked(Parameters fields) {
    this.fields = fields;
  }

  /** A query, which may also say where in a listing one is, and what was just done. */
  static Asked inQuery(Request request, Set<String> known) {
    return new Asked(Parameters.ofQuery(request.rawQuery(), union(known, PLACE)));
  }

  /**
   * A form, which may also prove which page sent it.
   *
   * @throws UnreadFormException if it is too long, or could not be received
   */
  static Asked inForm(Request request, Set<String> known, ByteBudget budget) {
    if (!FormFields.areIn(request.headers())) {
      throw new InvalidRequestException("this takes the forms of its pages");
    }
    return switch (request.readBody(MAX_FORM, budget)) {
      case BodyReading.Complete(var body) ->
          new Asked(Parameters.ofQuery(new String(body.bytes(), UTF_8), union(known, CSRF)));
      case BodyReading.Broken _ ->
          throw new InvalidRequestException("the form did not come in whole");
      case BodyReading.Failed failed -> throw new UnreadFormException(failed);
    };
  }

  private static Set<String> union(Set<String> some, Set<String> more) {
    return Stream.concat(some.stream(), more.stream()).collect(Collectors.toUnmodifiableSet());
  }

  /** A value as it was given; empty if it was not. */
  String field(String name) {
    return fields.field(name);
  }

  Optional<UUID> cursor() {
    return fields.cursor();
  }

  /** What narrows the listing, for links and forms. */
  Map<String, String> narrowing() {
    var narrowing = new LinkedHashMap<>(fields.fields());
    narrowing.keySet().removeAll(PLACE);
    narrowing.keySet().removeAll(CSRF);
    return narrowing;
  }

  PipelineFilter pipelineFilter(Instant now) {
    return resolved(PIPELINES, now).pipelineFilter();
  }

  RefusedFilter refusedFilter(Instant now) {
    return resolved(REFUSED, now).refusedFilter();
  }

  private Parameters resolved(Set<String> known, Instant now) {
    return Parameters.of(FilterForm.resolved(narrowing(), now), known);
  }

  PauseScope scope() {
    return new PauseScope(
        fields.service().map(Service::new),
        fields.text("target").map(String::strip).filter(target -> !target.isEmpty()));
  }

  /** What was just done, in words of our own: anybody can write a link. */
  Optional<String> done() {
    String done = field("done");
    if (done.matches("replayed-[0-9]{1,6}")) {
      return Optional.of(
          "Opened again: %s pipelines."
              .formatted(Markup.count(Long.parseLong(done.substring("replayed-".length())))));
    }
    return switch (done) {
      case "replayed" -> Optional.of("Opened again: it is on its way.");
      case "accepted" -> Optional.of("It was taken, and is a pipeline now.");
      case "paused" -> Optional.of("Paused.");
      case "resumed" -> Optional.of("Resumed.");
      default -> Optional.empty();
    };
  }
}
