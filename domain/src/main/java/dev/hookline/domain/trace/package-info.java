/** Where something stands in a distributed trace, as it travels between systems. */
@NullMarked
package dev.hookline.domain.trace;

import org.jspecify.annotations.NullMarked;
