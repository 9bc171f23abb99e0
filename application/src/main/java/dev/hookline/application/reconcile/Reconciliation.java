package dev.hookline.application.reconcile;

import java.time.Instant;
import java.util.List;

/**
 * What a look into a provider's log has found, and what was done about it.
 *
 * @param since events first sent before then were not looked at
 * @param lookedAt attempts in the log since then
 * @param distinct events among them: on record, left alone or missing
 * @param leftAlone events that are not on record though the provider was told that a redelivery had
 *     been taken: they were recognised as others by their bodies
 * @param missing the one first sent the longest ago comes first
 * @param unread hooks whose log could not be read to its end
 */
public record Reconciliation(
    Instant since,
    int lookedAt,
    int distinct,
    int onRecord,
    int leftAlone,
    List<Missing> missing,
    List<Unread> unread) {

  /**
   * An event that is not on record.
   *
   * @param hook whose log has it
   * @param newest the last attempt to deliver it
   */
  public record Missing(String hook, SentDelivery newest, Redelivery redelivery) {}

  /** Whether a missing event was asked for. */
  public sealed interface Redelivery {

    /** It was a dry run. */
    record NotAsked() implements Redelivery {}

    /** The provider will deliver it again. */
    record Asked() implements Redelivery {}

    /** The provider would not, or was not asked after it had failed for others. */
    record Failed(String reason) implements Redelivery {}
  }

  /** A log that could not be read to its end. */
  public record Unread(String hook, String reason) {}

  /** How many were asked for. */
  public int asked() {
    return Math.toIntExact(
        missing.stream().filter(one -> one.redelivery() instanceof Redelivery.Asked).count());
  }

  /** How many could not be asked for. */
  public int failed() {
    return Math.toIntExact(
        missing.stream().filter(one -> one.redelivery() instanceof Redelivery.Failed).count());
  }

  /** Whether every log was read, and nothing that was to be asked for was not. */
  public boolean isComplete() {
    return unread.isEmpty() && failed() == 0;
  }
}
