/** Working the outbox: a pipeline is begun, handed to its target, and settled. */
@NullMarked
package dev.hookline.application.dispatch;

import org.jspecify.annotations.NullMarked;
