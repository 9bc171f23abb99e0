/** Where commands go. */
@NullMarked
package dev.hookline.queue.target;

import org.jspecify.annotations.NullMarked;
