package dev.hookline.bootstrap.cli;

import static dev.hookline.testing.Samples.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.domain.pipeline.PipelineState;
import dev.hookline.testing.Samples;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListingsTest {

  @Test
  void columnsAreAsWideAsWhatIsInThem() {
    var dispatched = view("octo/widgets", new PipelineState.Dispatched(1, NOON));
    var failed = view("a/b", new PipelineState.Failed(20, NOON, "503 from\n\u001b[31mci"));
    List<String> lines = Listings.pipelines(List.of(dispatched, failed), false).lines().toList();

    assertEquals(3, lines.size());
    assertTrue(lines.getFirst().startsWith("PIPELINE"), lines::toString);
    int column = lines.getFirst().indexOf("REPOSITORY");
    assertEquals("octo/widgets", lines.get(1).substring(column, column + 12));
    assertEquals("a/b ", lines.get(2).substring(column, column + 4));
    assertTrue(lines.get(2).endsWith("503 from ?[31mci"), lines::toString);
  }

  @Test
  void statesAreColouredOnTerminalsOnly() {
    var view = view("octo/widgets", new PipelineState.Dispatched(1, NOON));
    assertTrue(Listings.pipelines(List.of(view), true).contains("\u001b[32mDISPATCHED\u001b[0m"));
    assertFalse(Listings.pipelines(List.of(view), false).contains("\u001b"));
  }

  @Test
  void onePipelineShowsItsHistory() {
    var view =
        view("octo/widgets", new PipelineState.Retrying(2, NOON, NOON.plusSeconds(4), "no answer"));
    var history =
        List.of(
            new PipelineView.HistoryEntry(PipelineState.Name.RECEIVED, NOON, 0, Optional.empty()),
            new PipelineView.HistoryEntry(
                PipelineState.Name.PROCESSING, NOON, 1, Optional.of("no answer")));
    String text =
        Listings.pipeline(
            new PipelineView.Detailed(view, history, Samples.anEvent().build()), false);
    assertTrue(text.contains("next try    2026-03-01T12:00:04Z"), text);
    assertTrue(text.contains("error       no answer"), text);
    assertTrue(
        text.lines().anyMatch(line -> line.endsWith("PROCESSING  1    -       no answer")), text);
  }

  @Test
  void ofSeveralTargetsEachStepNamesItsOwn() {
    var view = view("octo/widgets", new PipelineState.Attempting(1, NOON));
    var history =
        List.of(
            new PipelineView.HistoryEntry(
                PipelineState.Name.PROCESSING,
                NOON,
                1,
                Optional.empty(),
                Optional.of("ci"),
                Optional.of(PipelineState.Name.DISPATCHED)));
    String text =
        Listings.pipeline(
            new PipelineView.Detailed(view, history, Samples.anEvent().build()), false);
    assertTrue(text.contains("PROCESSING  1    ci DISPATCHED"), text);
  }

  @Test
  void aRefusedDeliveryShowsItsReason() {
    var refused =
        new RefusedDelivery(
            Samples.uuid(NOON),
            Samples.aDelivery(Samples.GITHUB),
            "RepositoryContextError",
            "no mapping fits",
            Optional.of("message"),
            Optional.empty());
    String text = Listings.refused(List.of(RefusedView.of(refused)), false);
    assertTrue(text.contains("RepositoryContextError  no mapping fits"), text);
    assertTrue(Listings.refused(refused).contains("message     no mapping fits"));
  }

  @Test
  void nothingToListIsSaid() {
    assertEquals("no pipelines\n", Listings.pipelines(List.of(), false));
    assertEquals("no refused deliveries\n", Listings.refused(List.of(), false));
  }

  private static PipelineView view(String repository, PipelineState state) {
    return new PipelineView(
        new PipelineId(Samples.uuid(NOON)),
        "delivery-1",
        "github",
        "push",
        repository,
        state,
        NOON);
  }
}
