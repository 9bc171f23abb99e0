/**
 * Benchmarks of single steps on a delivery's way, each in one thread and without input or output.
 */
@NullMarked
package dev.hookline.benchmark.jmh;

import org.jspecify.annotations.NullMarked;
