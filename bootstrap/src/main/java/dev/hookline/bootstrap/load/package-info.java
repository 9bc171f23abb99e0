/**
 * A load test: sends deliveries at a rate, measures the answers, and checks what became of them.
 */
@NullMarked
package dev.hookline.bootstrap.load;

import org.jspecify.annotations.NullMarked;
