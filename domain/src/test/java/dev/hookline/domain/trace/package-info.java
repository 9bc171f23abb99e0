@NullMarked
package dev.hookline.domain.trace;

import org.jspecify.annotations.NullMarked;
