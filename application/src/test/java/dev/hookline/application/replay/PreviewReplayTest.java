package dev.hookline.application.replay;

import static dev.hookline.testing.Samples.GITHUB;
import static dev.hookline.testing.Samples.NOON;
import static dev.hookline.testing.Samples.aPipeline;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.hookline.application.inspect.PipelineFilter;
import dev.hookline.application.pipeline.NewPipeline;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayPreview.Finding;
import dev.hookline.application.standardize.Standardization.Understood;
import dev.hookline.application.standardize.Standardizer;
import dev.hookline.domain.delivery.Delivery;
import dev.hookline.domain.delivery.DeliveryKey;
import dev.hookline.domain.delivery.Headers;
import dev.hookline.domain.delivery.RawBody;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.error.WebhookError.UnsupportedEventError;
import dev.hookline.domain.event.MetadataValue.Text;
import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.handler.ServiceHandlerFactory;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.domain.pipeline.PipelineState.Dispatched;
import dev.hookline.domain.pipeline.PipelineState.Failed;
import dev.hookline.domain.pipeline.PipelineState.Received;
import dev.hookline.testing.InMemoryStorage;
import dev.hookline.testing.LineHandler;
import dev.hookline.testing.MovableClock;
import dev.hookline.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Replays and their previews, over the stores' fake and a provider that speaks in lines. */
class PreviewReplayTest {
  private static final Failed FAILED = new Failed(1, NOON, "gone");

  private final MovableClock clock = new MovableClock(NOON);
  private final InMemoryStorage storage = new InMemoryStorage(clock);
  private final LineHandler handler = new LineHandler(GITHUB);
  private final Standardizer standardizer =
      new Standardizer(new ServiceHandlerFactory(List.of(handler)));
  private final PreviewReplay preview =
      new PreviewReplay(storage.records(), storage.pipelines(), standardizer);
  private final ReplayPipelines replayMany =
      new ReplayPipelines(
          storage.records(), new ReplayPipeline(storage.pipelines(), standardizer, clock));

  private static Delivery delivery(Service service, String line) {
    return new Delivery(
        service,
        Headers.ofSingle(Map.of("Content-Type", "text/line")),
        RawBody.of(line.getBytes(StandardCharsets.UTF_8)),
        NOON,
        "");
  }

  /** On record in that state, as it was read then. */
  private PipelineId onRecord(String line, PipelineState state) {
    Delivery delivery = delivery(GITHUB, line);
    var understood = assertInstanceOf(Understood.class, standardizer.standardize(delivery));
    return onRecord(delivery, understood.event(), state);
  }

  private PipelineId onRecord(Delivery delivery, StandardizedEvent event, PipelineState state) {
    var pipeline = aPipeline().of(event).in(state).build();
    storage
        .pipelines()
        .accept(
            new NewPipeline(pipeline, delivery, new DeliveryKey(event.eventId()), true),
            Duration.ofSeconds(5));
    return pipeline.id();
  }

  private ReplayPreview previewAll(int limit) {
    return preview.preview(PipelineFilter.ALL, limit, _ -> {});
  }

  @Test
  void pipelineThatReadsAsThenIsCountedAndNoMore() {
    var failed = onRecord("e1 push octo/widgets", FAILED);
    var dispatched = onRecord("e2 push octo/widgets", new Dispatched(1, NOON));

    var expected = new ReplayPreview(2, 0, 0, 0, 0, 0, List.of(), 0);
    assertEquals(expected, previewAll(10));
    assertEquals(expected, preview.preview(List.of(failed, dispatched)));
  }

  @Test
  void whatReadsOtherwiseIsShownFieldByField() {
    handler.mapUnknownTo("octo/inbox");
    var id = onRecord("e1 push ?", FAILED);
    handler.mapUnknownTo("octo/elsewhere");

    assertEquals(
        new ReplayPreview(
            1,
            1,
            0,
            0,
            0,
            0,
            List.of(
                new Finding.Different(
                    id,
                    List.of(
                        new FieldDifference(
                            "repository.name",
                            Optional.of(new Text("inbox")),
                            Optional.of(new Text("elsewhere")))))),
            0),
        previewAll(10));
  }

  @Test
  void previewSaysWhatHindersAndChangesNothing() {
    var open = onRecord("e1 push octo/widgets", new Received(NOON));
    var event = Samples.anEvent().eventId("e2").build();
    var unreadable = onRecord(delivery(GITHUB, "e2 star octo/widgets"), event, FAILED);
    var linear = new Service("linear");
    var disabled =
        onRecord(
            delivery(linear, "e3 push octo/widgets"),
            Samples.anEvent().service(linear).eventId("e3").build(),
            FAILED);
    var unknown = new PipelineId(Samples.uuid(NOON));

    assertEquals(
        new ReplayPreview(
            0,
            0,
            1,
            1,
            1,
            1,
            List.of(
                new Finding.Hindered(
                    unreadable, new Replay.Unreadable(new UnsupportedEventError("star"))),
                new Finding.Hindered(disabled, new Replay.ServiceDisabled(linear)),
                new Finding.Hindered(unknown, new Replay.Unknown())),
            0),
        preview.preview(List.of(open, unreadable, disabled, unknown)));
    assertEquals(FAILED, storage.pipelines().find(unreadable).orElseThrow().pipeline().state());
  }

  @Test
  void handshakeOfTodayIsUnreadable() {
    var ping = onRecord(delivery(GITHUB, "ping"), Samples.anEvent().eventId("e1").build(), FAILED);

    var finding = previewAll(10).findings().getFirst();

    assertEquals(ping, finding.id());
    var hindered = assertInstanceOf(Finding.Hindered.class, finding);
    assertInstanceOf(Replay.Unreadable.class, hindered.obstacle());
  }

  @Test
  void previewLooksAtWhatTheReplayWouldTake() {
    for (int i = 0; i < 450; i++) {
      onRecord("e%d push octo/widgets".formatted(i), i % 3 == 0 ? new Received(NOON) : FAILED);
    }
    var progress = new ArrayList<Integer>();

    ReplayPreview some = preview.preview(PipelineFilter.ALL, 250, progress::add);

    assertEquals(250, some.replayable());
    assertEquals(some.stillOpen() + 250, progress.getLast());
    var outcomes = new ArrayList<Replay>();
    assertEquals(
        250, replayMany.replay(PipelineFilter.ALL, 250, (_, outcome) -> outcomes.add(outcome)));
    assertEquals(progress.size(), outcomes.size());
    assertEquals(50, previewAll(1000).replayable());
    assertEquals(50, replayMany.replay(PipelineFilter.ALL, 1000));
    assertEquals(0, previewAll(1000).replayable());
  }

  @Test
  void findingsAreBounded() {
    handler.mapUnknownTo("octo/inbox");
    onRecord("e1 push ?", FAILED);
    onRecord("e2 push ?", FAILED);
    handler.mapNothing();

    ReplayPreview bounded = previewAll(1);

    assertEquals(2, bounded.unreadable());
    assertEquals(1, bounded.findings().size());
    assertEquals(1, bounded.omitted());
  }
}
