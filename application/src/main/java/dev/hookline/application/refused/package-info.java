/** Authentic deliveries that could not be used: kept, shown, replayed. */
@NullMarked
package dev.hookline.application.refused;

import org.jspecify.annotations.NullMarked;
