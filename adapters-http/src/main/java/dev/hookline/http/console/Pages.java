package dev.hookline.http.console;

import dev.hookline.application.inspect.Activity;
import dev.hookline.application.inspect.Page;
import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.RefusedFilter;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.pipeline.StoreUnavailableException;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.doctor.Diagnosis;
import dev.hookline.http.doctor.Finding;
import dev.hookline.http.intake.UnprovenDeliveries.Unproven;
import dev.hookline.http.metrics.Remembered;
import dev.hookline.http.server.Answer;
import dev.hookline.http.server.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** What one can look at: reads what a page shows, and hands it to the page. */
final class Pages {
  private static final int MINUTES = 60;
  static final int PER_PAGE = 50;
  private static final int NEWEST = 10;

  private static final Duration FRESH = Duration.ofSeconds(2);

  /** So long somebody waits for the first of what few fit. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Console.Settings settings;
  private final Console.Ports ports;
  private final Layout layout;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final Remembered<Activity> hour;

  Pages(
      Console.Settings settings,
      Console.Ports ports,
      Layout layout,
      Clock clock,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.ports = ports;
    this.layout = layout;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.hour = new Remembered<>(this::readHour, FRESH, nanoTime);
  }

  Answer overview(Visit visit) {
    var page =
        new OverviewPage(
            ports.records().outboxDepth(),
            ports.records().standings(),
            lastHour(),
            ports.pauses().list(),
            ports.records().pipelines(PipelineFilter.ALL, Optional.empty(), NEWEST).items());
    return layout.page(200, visit, "Overview", page.content());
  }

  private Optional<Activity> lastHour() {
    try {
      return Optional.of(hour.get());
    } catch (StoreUnavailableException _) {
      // Perhaps only this took too long: the page says so, and shows the rest if it can.
      return Optional.empty();
    }
  }

  private Activity readHour() {
    Instant since =
        clock.instant().truncatedTo(ChronoUnit.MINUTES).minus(MINUTES - 1, ChronoUnit.MINUTES);
    return ports.records().activity(since, MINUTES);
  }

  Answer pipelines(Visit visit, Request request) {
    Asked asked = Asked.inQuery(request, Asked.PIPELINES);
    PipelineFilter filter = asked.pipelineFilter(clock.instant());
    Page<PipelineView> part =
        look(asked.cursor(), after -> ports.records().pipelines(filter, after, PER_PAGE));
    var page =
        new PipelinesPage(
            part, asked.narrowing(), asked.cursor().isEmpty(), settings.services(), asked.done());
    return layout.page(200, visit, "Pipelines", page.content());
  }

  /** Goes on while nothing fits, but not for long: then the page says how far it looked. */
  private <T> Page<T> look(Optional<UUID> from, Function<Optional<UUID>, Page<T>> records) {
    long begun = nanoTime.getAsLong();
    Page<T> part = records.apply(from);
    while (part.items().isEmpty()
        && part.next().isPresent()
        && nanoTime.getAsLong() - begun < PATIENCE.toNanos()) {
      part = records.apply(part.next());
    }
    return part;
  }

  Answer pipeline(Visit visit, Request request, String id) {
    return withPipeline(
        visit,
        id,
        found ->
            layout.page(
                200,
                visit,
                found.pipeline().service() + " " + found.pipeline().eventType(),
                new PipelinePage(found, Asked.inQuery(request, Set.of()).done()).content()));
  }

  Answer payloadOfPipeline(Visit visit, String id) {
    return withPipeline(
        visit,
        id,
        found ->
            PayloadSection.download(found.event().rawPayload(), found.pipeline().id() + ".bin"));
  }

  /** What is made of the pipeline, or that there is none. */
  Answer withPipeline(Visit visit, String id, Function<PipelineView.Detailed, Answer> page) {
    return PipelineId.parse(id)
        .flatMap(ports.records()::pipeline)
        .map(page)
        .orElseGet(() -> layout.missing(visit));
  }

  Answer refused(Visit visit, Request request) {
    Asked asked = Asked.inQuery(request, Asked.REFUSED);
    RefusedFilter filter = asked.refusedFilter(clock.instant());
    Page<RefusedView> part =
        look(asked.cursor(), after -> ports.records().refused(filter, after, PER_PAGE));
    return layout.page(
        200,
        visit,
        "Refused deliveries",
        RefusedPage.list(
            part, asked.narrowing(), asked.cursor().isEmpty(), settings.services(), asked.done()));
  }

  Answer refused(Visit visit, String id) {
    return withRefused(
        visit,
        id,
        found ->
            layout.page(200, visit, "Refused delivery", RefusedPage.one(found, Optional.empty())));
  }

  Answer payloadOfRefused(Visit visit, String id) {
    return withRefused(
        visit, id, found -> PayloadSection.download(found.delivery().body(), found.id() + ".bin"));
  }

  /** What is made of the refused delivery, or that there is none. */
  Answer withRefused(Visit visit, String id, Function<RefusedDelivery, Answer> page) {
    return PipelineId.parse(id)
        .map(PipelineId::value)
        .flatMap(ports.refusals()::find)
        .map(page)
        .orElseGet(() -> layout.missing(visit));
  }

  Answer pauses(Visit visit, Request request) {
    var page =
        new PausesPage(
            ports.pauses().list(),
            settings.services(),
            settings.targets(),
            Asked.inQuery(request, Set.of()).done());
    return layout.page(200, visit, "Pauses", page.content());
  }

  Answer signatures(Visit visit) {
    return layout.page(
        200,
        visit,
        "Signatures that did not hold",
        SignaturesPage.list(ports.unproven().list(), this::inShort));
  }

  /** What the headers tell: that costs next to nothing, and says which ones to open. */
  private String inShort(Unproven unproven) {
    return ports.doctor().examineHeaders(unproven.delivery()).findings().stream()
        .filter(finding -> finding.cause() != Finding.Cause.BODY_NOT_KEPT)
        .map(Finding::what)
        .findFirst()
        .orElse("The headers look right: open it to see why.");
  }

  Answer signature(Visit visit, long id) {
    return ports
        .unproven()
        .find(id)
        .map(
            unproven ->
                layout.page(
                    200,
                    visit,
                    "Why this signature did not hold",
                    SignaturesPage.one(unproven, diagnose(unproven))))
        .orElseGet(() -> layout.missing(visit));
  }

  private Diagnosis diagnose(Unproven unproven) {
    return unproven.hasBody()
        ? ports.doctor().examine(unproven.delivery(), List.of())
        : ports.doctor().examineHeaders(unproven.delivery());
  }
}
