package dev.hookline.persistence;

/**
 * What a database role that owns nothing may be there for. Whoever migrates owns the schema, and
 * may do all of it.
 */
public enum Duty {
  /**
   * To accept, keep, replay and pause: what {@code serve} and its console do. It deletes no event,
   * rewrites no body, and works no outbox.
   */
  INTAKE(
      "delivery_key",
      "INSERT",
      """
      GRANT SELECT ON schema_history TO %1$s;
      GRANT SELECT, INSERT, DELETE ON pause TO %1$s;
      GRANT SELECT, INSERT ON delivery_key, event, pipeline, outbox_message TO %1$s;
      GRANT UPDATE (document, payload) ON event TO %1$s;
      GRANT UPDATE (
        state, attempts, since, next_attempt_at, error, open_dispatches, dead_error, event_type,
        repository, history) ON pipeline TO %1$s;
      GRANT SELECT, DELETE ON dead_letter TO %1$s;
      GRANT SELECT, INSERT, DELETE ON refused_delivery TO %1$s;
      GRANT SELECT, INSERT ON secret_use TO %1$s;
      GRANT UPDATE (position, first_matched_at, last_matched_at, deliveries) ON secret_use TO %1$s;
      """),

  /**
   * To dispatch, to record how that went, and to forget what is old: what {@code worker} does. It
   * accepts nothing, and rewrites no event.
   */
  WORKER(
      "lane",
      "UPDATE",
      """
      GRANT SELECT ON schema_history, pause, event TO %1$s;
      GRANT SELECT, UPDATE ON lane TO %1$s;
      GRANT SELECT, INSERT, UPDATE, DELETE ON worker TO %1$s;
      GRANT SELECT, INSERT, DELETE ON outbox_message, dead_letter, dropped_day TO %1$s;
      GRANT UPDATE (task, attempts, due_at, epoch) ON outbox_message TO %1$s;
      GRANT SELECT ON pipeline TO %1$s;
      GRANT UPDATE (
        state, attempts, since, next_attempt_at, error, open_dispatches, dead_error, history)
        ON pipeline TO %1$s;
      GRANT SELECT, INSERT, UPDATE ON reconciliation TO %1$s;
      GRANT SELECT, DELETE ON delivery_key, refused_delivery, event_other, pipeline_other TO %1$s;
      GRANT EXECUTE ON FUNCTION
        hookline_open_day(date), hookline_drop_day(date), hookline_summarize_keys(bigint) TO %1$s;
      """);

  private static final String BOTH =
      """
      GRANT EXECUTE ON FUNCTION
        hookline_first_id(date), hookline_day_of(uuid),
        hookline_oldest_messages(bigint, integer), hookline_newest_messages(bigint, integer)
        TO %1$s;
      """;

  private final String table;
  private final String privilege;
  private final String grants;

  /**
   * @param table with the privilege tells who has this duty
   * @param grants for a role that stands in place of {@code %1$s}
   */
  Duty(String table, String privilege, String grants) {
    this.table = table;
    this.privilege = privilege;
    this.grants = grants;
  }

  String table() {
    return table;
  }

  String privilege() {
    return privilege;
  }

  /**
   * @param role quoted
   */
  String grantsTo(String role) {
    return (grants + BOTH).formatted(role);
  }
}
