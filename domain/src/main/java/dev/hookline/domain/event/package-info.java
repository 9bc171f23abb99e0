/** The one form that every accepted delivery is translated into. */
@NullMarked
package dev.hookline.domain.event;

import org.jspecify.annotations.NullMarked;
