package dev.hookline.application.retention;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;

/**
 * Port: what is on record, by UTC days, to be forgotten when it is old. Intake and workers go on
 * meanwhile. Several processes may do so at once: nothing is forgotten twice, and nothing that is
 * open.
 *
 * <p>Every method throws {@link dev.hookline.application.pipeline.StoreUnavailableException} if the
 * database is away; what was forgotten until then stays forgotten.
 */
public interface History {

  /** What became of a day. */
  enum Dropping {
    DROPPED,
    /** A pipeline of it is open, so it stays whole. */
    OPEN,
    /** Others were using it, or were dropping a day themselves; it can be tried again later. */
    BUSY,
    /** It was gone already. */
    GONE
  }

  /** The time that all processes share. */
  Instant now();

  /** The days before this one of which events are on record, oldest first. */
  List<LocalDate> daysBefore(LocalDate day);

  /** What is on record of the days before this one, oldest first. */
  List<HistoryDay> surveyBefore(LocalDate day);

  /**
   * Drops events, pipelines and dead letters of one day, unless a pipeline of it is open. The
   * delivery keys stay.
   */
  Dropping drop(LocalDate day);

  /**
   * Forgets the delivery keys of dropped days before this one, in many small transactions; nothing
   * while another process is at it.
   *
   * @return how many
   */
  long forgetKeysBefore(LocalDate day);

  /**
   * Forgets what was refused before this day, in many small transactions.
   *
   * @return how many
   */
  long forgetRefusedBefore(LocalDate day);
}
