/** Holding dispatches up for a while. */
@NullMarked
package dev.hookline.application.pause;

import org.jspecify.annotations.NullMarked;
