package dev.hookline.http.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookline.application.audit.Finding;
import dev.hookline.application.replay.FieldDifference;
import dev.hookline.application.replay.ReplayPipeline.Replay;
import dev.hookline.application.replay.ReplayPipeline.Replay.Obstacle;
import dev.hookline.application.replay.ReplayPreview;
import dev.hookline.application.retention.HistoryDay;
import dev.hookline.application.retention.Pruned;
import dev.hookline.domain.event.MetadataValue;
import dev.hookline.domain.pipeline.PipelineId;
import dev.hookline.http.json.JsonText;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The JSON of what operators have looked through, replayed or cleared away, and of what went wrong
 * with it: each document is one line. Days are ISO-8601 and in UTC.
 */
public final class ReportJson {
  private ReportJson() {}

  /**
   * {@code
   * {"replayable","different","still_open","unreadable","disabled","unknown","pipelines":[…],
   * "omitted"}}; a pipeline has {@code differences}, or the {@code error} and {@code message} that
   * keep it from being replayed.
   */
  public static String of(ReplayPreview preview) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          json.writeNumberField("replayable", preview.replayable());
          json.writeNumberField("different", preview.different());
          json.writeNumberField("still_open", preview.stillOpen());
          json.writeNumberField("unreadable", preview.unreadable());
          json.writeNumberField("disabled", preview.disabled());
          json.writeNumberField("unknown", preview.unknown());
          json.writeArrayFieldStart("pipelines");
          for (ReplayPreview.Finding finding : preview.findings()) {
            json.writeStartObject();
            json.writeStringField("pipeline_id", finding.id().toString());
            switch (finding) {
              case ReplayPreview.Finding.Different(_, var differences) ->
                  differences(json, differences);
              case ReplayPreview.Finding.Hindered(_, var obstacle) -> obstacle(json, obstacle);
            }
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeNumberField("omitted", preview.omitted());
          json.writeEndObject();
        });
  }

  private static void differences(JsonGenerator json, List<FieldDifference> differences)
      throws IOException {
    json.writeArrayFieldStart("differences");
    for (FieldDifference difference : differences) {
      json.writeStartObject();
      json.writeStringField("field", difference.field());
      json.writeFieldName("then");
      value(json, difference.then());
      json.writeFieldName("now");
      value(json, difference.now());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void value(JsonGenerator json, Optional<MetadataValue> value) throws IOException {
    if (value.isEmpty()) {
      json.writeNull();
      return;
    }
    switch (value.get()) {
      case MetadataValue.Text(var text) -> json.writeString(text);
      case MetadataValue.Whole(var number) -> json.writeNumber(number);
      case MetadataValue.Flag(var flag) -> json.writeBoolean(flag);
      case MetadataValue.Texts(var texts) ->
          json.writeArray(texts.toArray(String[]::new), 0, texts.size());
    }
  }

  /** The error names are those that the admin endpoint answers for the same. */
  private static void obstacle(JsonGenerator json, Obstacle obstacle) throws IOException {
    switch (obstacle) {
      case Replay.Unreadable(var error) -> error(json, error.name(), error.message());
      case Replay.ServiceDisabled(var service) ->
          error(
              json, "UnknownServiceError", "the service %s is not enabled here".formatted(service));
      case Replay.Unknown() -> error(json, "NotFoundError", "there is no such pipeline");
      case Replay.StillOpen() -> error(json, "StillOpen", "it is on its way already");
    }
  }

  private static void error(JsonGenerator json, String name, String message) throws IOException {
    json.writeStringField("error", name);
    json.writeStringField("message", message);
  }

  /**
   * The error body, {@code {"error","message","request_id"}}, where no request was made: its id is
   * null.
   */
  public static String error(String name, String message) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          error(json, name, message);
          json.writeNullField("request_id");
          json.writeEndObject();
        });
  }

  /** {@code {"replayed"}}. */
  public static String replayed(int count) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          json.writeNumberField("replayed", count);
          json.writeEndObject();
        });
  }

  /** {@code {"replayed","pipeline_id"}}, of the one pipeline that a refused delivery became. */
  public static String replayed(PipelineId id) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          json.writeNumberField("replayed", 1);
          json.writeStringField("pipeline_id", id.toString());
          json.writeEndObject();
        });
  }

  /** {@code {"broken","invariants":[{"name","checked","violations","examples"}]}}. */
  public static String of(List<Finding> findings) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          json.writeNumberField("broken", findings.stream().filter(Finding::isBroken).count());
          json.writeArrayFieldStart("invariants");
          for (Finding finding : findings) {
            json.writeStartObject();
            json.writeStringField("name", finding.invariant().name().toLowerCase(Locale.ROOT));
            json.writeNumberField("checked", finding.checked());
            json.writeNumberField("violations", finding.violations());
            strings(json, "examples", finding.examples());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  /**
   * {@code {"first_kept","dropped":[…],"open":[…],"busy":[…],"keys","refused"}}; the days are lists
   * of dates.
   */
  public static String of(LocalDate firstKept, Pruned pruned) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          json.writeStringField("first_kept", firstKept.toString());
          days(json, "dropped", pruned.dropped());
          days(json, "open", pruned.open());
          days(json, "busy", pruned.busy());
          json.writeNumberField("keys", pruned.keys());
          json.writeNumberField("refused", pruned.refused());
          json.writeEndObject();
        });
  }

  /**
   * {@code {"first_kept","days":[{"day","pipelines","open","events","refused","bytes","stays"}]}}.
   */
  public static String of(LocalDate firstKept, List<HistoryDay> days) {
    return JsonText.text(
        json -> {
          json.writeStartObject();
          json.writeStringField("first_kept", firstKept.toString());
          json.writeArrayFieldStart("days");
          for (HistoryDay day : days) {
            json.writeStartObject();
            json.writeStringField("day", day.day().toString());
            json.writeNumberField("pipelines", day.pipelines());
            json.writeNumberField("open", day.open());
            json.writeNumberField("events", day.events());
            json.writeNumberField("refused", day.refused());
            json.writeNumberField("bytes", day.bytes());
            json.writeBooleanField("stays", !day.mayGo());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void days(JsonGenerator json, String name, List<LocalDate> days)
      throws IOException {
    strings(json, name, days.stream().map(LocalDate::toString).toList());
  }

  private static void strings(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeFieldName(name);
    json.writeArray(texts.toArray(String[]::new), 0, texts.size());
  }
}
