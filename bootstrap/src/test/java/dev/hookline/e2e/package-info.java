/** The real jar as real processes, seen from outside alone. */
@NullMarked
package dev.hookline.e2e;

import org.jspecify.annotations.NullMarked;
