/** From an authentic delivery to a standardized event. */
@NullMarked
package dev.hookline.application.standardize;

import org.jspecify.annotations.NullMarked;
