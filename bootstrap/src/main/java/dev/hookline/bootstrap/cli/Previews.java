package dev.hookline.bootstrap.cli;

import dev.hookline.application.replay.FieldDifference;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayPipeline.Replay.Obstacle;
import dev.hookline.application.replay.ReplayPreview;
import dev.hookline.application.replay.ReplayPreview.Finding;
import dev.hookline.domain.event.MetadataValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a replay would do, as text for a person. */
final class Previews {
  private static final int WIDEST_VALUE = 48;

  private Previews() {}

  static String of(ReplayPreview preview, boolean colours) {
    var text = new StringBuilder();
    line(text, "would be replayed", preview.replayable());
    line(text, "of which read otherwise today", preview.different());
    line(text, "still open, left alone", preview.stillOpen());
    line(text, "unreadable today", preview.unreadable());
    line(text, "of a service not enabled here", preview.disabled());
    line(text, "not found", preview.unknown());
    var differences = new Table(List.of("PIPELINE", "FIELD", "THEN", "NOW"));
    var obstacles = new Table(List.of("PIPELINE", "NOT REPLAYED BECAUSE"));
    for (Finding finding : preview.findings()) {
      switch (finding) {
        case Finding.Different(var id, var fields) -> {
          for (FieldDifference field : fields) {
            differences.row(id.toString(), field.field(), value(field.then()), value(field.now()));
          }
        }
        case Finding.Hindered(var id, var obstacle) ->
            obstacles.row(id.toString(), reason(obstacle));
      }
    }
    append(text, differences, colours);
    append(text, obstacles, colours);
    return text.toString();
  }

  private static void line(StringBuilder text, String what, int count) {
    text.append("%-30s %d%n".formatted(what, count));
  }

  private static void append(StringBuilder text, Table table, boolean colours) {
    if (!table.isEmpty()) {
      text.append('\n').append(table.text(colours));
    }
  }

  /** Why a pipeline is not replayed. */
  static String reason(Obstacle obstacle) {
    return switch (obstacle) {
      case Replay.StillOpen() -> "it is still open, nothing was changed";
      case Replay.Unknown() -> "there is no such pipeline (see hookline pipelines list)";
      case Replay.ServiceDisabled(var service) ->
          "service %s is not enabled here: set services.%s.secrets".formatted(service, service);
      case Replay.Unreadable(var error) -> "%s: %s".formatted(error.name(), error.message());
    };
  }

  /** Texts in quotes, so that an empty one shows and "42" is not 42. */
  private static String value(Optional<MetadataValue> value) {
    return value
        .map(
            v ->
                switch (v) {
                  case MetadataValue.Text(var text) -> quoted(text);
                  case MetadataValue.Whole(var number) -> Long.toString(number);
                  case MetadataValue.Flag(var flag) -> Boolean.toString(flag);
                  case MetadataValue.Texts(var texts) ->
                      texts.stream()
                          .map(Previews::quoted)
                          .collect(Collectors.joining(", ", "[", "]"));
                })
        .map(Previews::cut)
        .orElse("-");
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  private static String cut(String text) {
    return text.codePointCount(0, text.length()) <= WIDEST_VALUE
        ? text
        : text.substring(0, text.offsetByCodePoints(0, WIDEST_VALUE)) + "…";
  }
}
