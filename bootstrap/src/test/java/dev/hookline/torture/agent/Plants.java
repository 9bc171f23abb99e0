package dev.hookline.torture.agent;

import java.lang.classfile.ClassTransform;
import java.util.Map;

/** Which classes a planted defect changes, and how. */
final class Plants {
  private static final String PERSISTENCE = "dev.hookline.persistence.";
  private static final String STORE = PERSISTENCE + "JdbiPipelineStore";
  private static final String OUTBOX = PERSISTENCE + "JdbiOutbox";
  private static final String WATERMARK = PERSISTENCE + "Watermark";

  private Plants() {}

  static Map<String, ClassTransform> transforms(String defect) {
    StandIns.plant(defect);
    return switch (defect) {
      case "ACKNOWLEDGED_BEFORE_DISPATCH" ->
          Map.of("dev.hookline.queue.target.HttpTarget", Rewriting.standIn("dispatch", 1));
      case "ANSWER_BEFORE_COMMIT", "SWALLOWED_ERROR", "REMEMBERED_IN_MEMORY" ->
          Map.of(STORE, Rewriting.standIn("accept", 2));
      case "RETRY_NOT_IDEMPOTENT" -> Map.of(STORE, Rewriting.standIn("write", 2));
      case "NO_LEASE" ->
          Map.of(
              PERSISTENCE + "Leases",
              Rewriting.replacing(
                  Map.of(
                      "SELECT id, epoch FROM lane WHERE owner = :worker",
                      "SELECT id, epoch FROM lane WHERE :worker::uuid IS NOT NULL")),
              OUTBOX,
              Rewriting.replacing(
                  Map.of("l.owner = coalesce(:worker, l.owner)", ":worker::uuid IS NOT NULL")));
      case "NO_EPOCH" ->
          Map.of(
              OUTBOX,
              Rewriting.replacing(
                  Map.of(
                      "l.owner = coalesce(:worker, l.owner)",
                      ":worker::uuid IS NOT NULL",
                      "(l.id, l.epoch) IN (SELECT DISTINCT lane, epoch FROM step)",
                      "l.id IN (SELECT lane FROM step)",
                      "ON h.id = s.lane AND h.epoch = s.epoch CROSS",
                      "ON h.id = s.lane CROSS")));
      case "HIGH_WATER_MARK" ->
          Map.of(WATERMARK, Rewriting.tellingField("from", WATERMARK, "highestSeen"));
      case "COMMIT_NOT_SYNCHRONOUS" ->
          Map.of(
              PERSISTENCE + "Connector",
              Rewriting.replacing(
                  Map.of(
                      "set_config('synchronous_commit', 'on', false)",
                      "set_config('synchronous_commit', 'off', false)",
                      "WHERE current_setting('synchronous_commit') IN ('off', 'local',"
                          + " 'remote_write')",
                      "")));
      default -> throw new IllegalArgumentException("no defect " + defect);
    };
  }
}
