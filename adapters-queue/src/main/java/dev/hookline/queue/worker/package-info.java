/** The loop that drains the outbox. */
@NullMarked
package dev.hookline.queue.worker;

import org.jspecify.annotations.NullMarked;
