package dev.hookline.application.dispatch;

import dev.hookline.domain.event.StandardizedEvent;
import dev.hookline.domain.pipeline.PipelineId;

/**
 * What is handed to a target.
 *
 * @param id the idempotency key: the same on every attempt
 * @param attempt from 1
 */
public record Command(PipelineId id, int attempt, StandardizedEvent event) {}
