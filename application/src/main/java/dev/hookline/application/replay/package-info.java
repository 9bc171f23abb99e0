/** Opening what is over again: pipelines, and deliveries that were refused. */
@NullMarked
package dev.hookline.application.replay;

import org.jspecify.annotations.NullMarked;
