package dev.hookline.bootstrap.cli;

import dev.hookline.application.inspect.PipelineView;
import dev.hookline.application.inspect.RefusedView;
import dev.hookline.application.pause.Pause;
import dev.hookline.application.refused.RefusedDelivery;
import dev.hookline.domain.delivery.Service;
import dev.hookline.domain.event.StandardizedEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Pipelines, refused deliveries and pauses as text for a person. */
final class Listings {
  private Listings() {}

  static String pipelines(List<PipelineView> pipelines, boolean colours) {
    if (pipelines.isEmpty()) {
      return "no pipelines\n";
    }
    var table =
        new Table(
            List.of("PIPELINE", "STATE", "TRIES", "EVENT", "REPOSITORY", "RECEIVED", "ERROR"));
    for (PipelineView view : pipelines) {
      table.row(
          view.id().toString(),
          view.state().name().name(),
          Integer.toString(view.state().attempts()),
          view.service() + " " + view.eventType(),
          view.repository(),
          seconds(view.createdAt()),
          view.error().orElse(""));
    }
    return table.text(colours, Listings::paint);
  }

  static String pipeline(PipelineView.Detailed detailed, boolean colours) {
    PipelineView view = detailed.pipeline();
    StandardizedEvent event = detailed.event();
    var text = new StringBuilder();
    field(text, "pipeline", view.id().toString());
    field(text, "state", colours ? paint(view.state().name().name()) : view.state().name().name());
    field(text, "attempts", Integer.toString(view.state().attempts()));
    view.error().ifPresent(error -> field(text, "error", Table.printable(error)));
    view.nextAttemptAt().ifPresent(at -> field(text, "next try", at.toString()));
    field(text, "service", view.service());
    field(text, "event type", Table.printable(view.eventType()));
    field(text, "event id", Table.printable(view.eventId()));
    field(text, "repository", Table.printable(view.repository()));
    field(text, "received", view.createdAt().toString());
    String request = event.userRequest();
    if (request != null) {
      field(text, "request", Table.printable(request));
    }
    text.append('\n');
    var history = new Table(List.of("AT", "STATE", "TRY", "TARGET", "ERROR"));
    for (PipelineView.HistoryEntry entry : detailed.history()) {
      history.row(
          entry.at().toString(),
          entry.state().name(),
          Integer.toString(entry.attempt()),
          target(entry),
          entry.error().orElse(""));
    }
    return text.append(history.text(colours, Listings::paint)).toString();
  }

  /** Which of several targets a step belongs to, and how that one ended if it did. */
  private static String target(PipelineView.HistoryEntry entry) {
    return entry.target().orElse("-")
        + entry.targetState().map(state -> " " + state.name()).orElse("");
  }

  static String refused(List<RefusedView> refused, boolean colours) {
    if (refused.isEmpty()) {
      return "no refused deliveries\n";
    }
    var table = new Table(List.of("REFUSED", "SERVICE", "EVENT", "RECEIVED", "ERROR", "MESSAGE"));
    for (RefusedView one : refused) {
      table.row(
          one.id().toString(),
          one.service(),
          one.eventType().orElse("-"),
          seconds(one.receivedAt()),
          one.error(),
          one.message());
    }
    return table.text(colours, Listings::paint);
  }

  /** With its headers and body, whose lines stay lines. */
  static String refused(RefusedDelivery one) {
    var text = new StringBuilder();
    field(text, "refused", one.id().toString());
    field(text, "service", one.delivery().service().name());
    field(text, "event type", Table.printable(one.eventType().orElse("-")));
    field(text, "event id", Table.printable(one.eventId().orElse("-")));
    field(text, "error", one.error());
    field(text, "message", Table.printable(one.message()));
    field(text, "received", one.delivery().receivedAt().toString());
    field(text, "body", one.delivery().body().length() + " bytes");
    text.append('\n');
    new String(one.delivery().body().bytes(), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.replaceAll("\\p{Cntrl}", "?"))
        .forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  static String paused(List<Pause> pauses, boolean colours) {
    if (pauses.isEmpty()) {
      return "nothing is paused\n";
    }
    var table = new Table(List.of("SERVICE", "TARGET", "SINCE"));
    for (Pause pause : pauses) {
      table.row(
          pause.scope().service().map(Service::name).orElse("*"),
          pause.scope().target().orElse("*"),
          seconds(pause.since()));
    }
    return table.text(colours);
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append("%-11s %s%n".formatted(name, value));
  }

  private static String seconds(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String paint(String cell) {
    return switch (cell) {
      case "DISPATCHED" -> "\u001b[32m" + cell + "\u001b[0m";
      case "FAILED" -> "\u001b[31m" + cell + "\u001b[0m";
      case "PROCESSING" -> "\u001b[33m" + cell + "\u001b[0m";
      case "RECEIVED" -> "\u001b[36m" + cell + "\u001b[0m";
      default -> cell;
    };
  }
}
