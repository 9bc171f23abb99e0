/** The life of one accepted event. */
@NullMarked
package dev.hookline.domain.pipeline;

import org.jspecify.annotations.NullMarked;
