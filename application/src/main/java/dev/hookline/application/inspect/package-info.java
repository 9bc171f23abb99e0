/** Looking at pipelines, refused deliveries and the outbox without changing them. */
@NullMarked
package dev.hookline.application.inspect;

import org.jspecify.annotations.NullMarked;
