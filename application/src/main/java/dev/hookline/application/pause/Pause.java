package dev.hookline.application.pause;

import java.time.Instant;

/**
 * What is held up at present.
 *
 * @param since by the database's clock
 */
public record Pause(PauseScope scope, Instant since) {}
