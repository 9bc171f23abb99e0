package dev.hookline.application.retention;

import java.time.LocalDate;
import java.util.List;

/**
 * What was forgotten.
 *
 * @param dropped the days that are gone now
 * @param open the days that stay because a pipeline of theirs is open
 * @param busy the days that others were in the way of; the next pruning takes them
 * @param keys how many delivery keys, of these days and of days dropped before
 * @param refused how many refused deliveries
 */
public record Pruned(
    List<LocalDate> dropped, List<LocalDate> open, List<LocalDate> busy, long keys, long refused) {}
