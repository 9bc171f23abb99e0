package dev.hookline.http.console;

import static j2html.TagCreator.li;
import static j2html.TagCreator.p;
import static j2html.TagCreator.text;
import static j2html.TagCreator.ul;

import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.pause.PauseScope;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.application.replay.PreviewReplay;
import dev.hookline.application.replay.ReplayPreview;
import dev.hookline.http.server.Answer;
import j2html.tags.DomContent;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is asked before something is done, with what it would do. */
final class Questions {
  private static final int MOST_PREVIEWED = 200;

  private final PreviewReplay previewReplay;
  private final Layout layout;
  private final Clock clock;

  Questions(PreviewReplay previewReplay, Layout layout, Clock clock) {
    this.previewReplay = previewReplay;
    this.layout = layout;
    this.clock = clock;
  }

  Answer replay(Visit visit, PipelineView pipeline) {
    return ask(
        visit,
        "Replay this pipeline?",
        new Question(
            List.of(
                p(
                    text("The stored bytes of "),
                    Markup.wild(pipeline.service() + " " + pipeline.eventType()),
                    text(" for "),
                    Markup.wild(pipeline.repository()),
                    text(
                        " are read again, and dispatched again to its targets, with the same"
                            + " idempotency key."))),
            "Replay",
            PipelinePage.path(pipeline.id()) + "/replay",
            Map.of(),
            PipelinePage.path(pipeline.id())));
  }

  Answer replay(Visit visit, RefusedDelivery refused) {
    return ask(
        visit,
        "Replay this refused delivery?",
        new Question(
            List.of(
                p(
                    "It is read by today's handlers and mappings. If they take it, it becomes a"
                        + " pipeline and is dispatched; else it stays here.")),
            "Replay",
            RefusedPage.path(refused.id()) + "/replay",
            Map.of(),
            RefusedPage.path(refused.id())));
  }

  Answer replay(Visit visit, Asked asked) {
    ReplayPreview preview =
        previewReplay.preview(asked.pipelineFilter(clock.instant()), MOST_PREVIEWED, _ -> {});
    boolean more = preview.replayable() >= MOST_PREVIEWED;
    var about = new ArrayList<DomContent>();
    about.add(
        p(
            more
                ? "More than %d pipelines that are over, at most %s at once, are read and dispatched again, with the same idempotency keys. Of the newest %d:"
                    .formatted(MOST_PREVIEWED, Markup.count(Actions.MOST_REPLAYED), MOST_PREVIEWED)
                : "The pipelines that are over are read and dispatched again, with the same"
                    + " idempotency keys:"));
    about.add(
        ul(
            li("%s would be replayed".formatted(Markup.count(preview.replayable()))),
            li("%s of them read otherwise today".formatted(Markup.count(preview.different()))),
            li("%s are still open, and left alone".formatted(Markup.count(preview.stillOpen()))),
            li(
                "%s cannot be read today, or their service is not enabled here"
                    .formatted(Markup.count(preview.unreadable() + preview.disabled())))));
    return ask(
        visit,
        "Replay what the filter finds?",
        new Question(
            about,
            "Replay",
            Console.REPLAY_PIPELINES,
            asked.narrowing(),
            Markup.link(Console.PIPELINES, asked.narrowing())));
  }

  Answer pause(Visit visit, Asked asked) {
    PauseScope scope = asked.scope();
    return ask(
        visit,
        "Pause dispatching?",
        new Question(
            List.of(
                p(
                    text("From now on "),
                    Markup.wild(PausesPage.words(scope)),
                    text(
                        " waits, in all workers, until the pause is lifted. What is under way is"
                            + " finished."))),
            "Pause",
            Console.PAUSE,
            fields(scope),
            Console.PAUSES));
  }

  Answer resume(Visit visit, Asked asked) {
    PauseScope scope = asked.scope();
    return ask(
        visit,
        "Resume dispatching?",
        new Question(
            List.of(
                p(
                    text("The pause of "),
                    Markup.wild(PausesPage.words(scope)),
                    text(" is lifted, and what has waited is dispatched."))),
            "Resume",
            Console.RESUME,
            fields(scope),
            Console.PAUSES));
  }

  private static Map<String, String> fields(PauseScope scope) {
    return Map.of("service", PausesPage.service(scope), "target", scope.target().orElse(""));
  }

  private Answer ask(Visit visit, String heading, Question question) {
    return layout.page(200, visit, heading, question.content(visit));
  }
}
