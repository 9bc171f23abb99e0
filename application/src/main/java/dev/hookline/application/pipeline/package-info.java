/** Pipelines on record: the port that makes an accepted event durable, and opens it again. */
@NullMarked
package dev.hookline.application.pipeline;

import org.jspecify.annotations.NullMarked;
