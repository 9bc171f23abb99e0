package dev.hookline.application.retention;

import java.time.LocalDate;

/**
 * What is on record of one UTC day, counted by when it was accepted or refused.
 *
 * @param open pipelines that are still RECEIVED or PROCESSING; while there are any, the day stays
 * @param bytes what pipelines and events take on disk, about
 */
public record HistoryDay(
    LocalDate day, long pipelines, long open, long events, long refused, long bytes) {

  public boolean mayGo() {
    return open == 0;
  }
}
