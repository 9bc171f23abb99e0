/**
 * Measures the whole system on a PostgreSQL of its own, in turns with pgbench on the same schema,
 * so that what counts are ratios and not the machine.
 */
@NullMarked
package dev.hookline.benchmark.load;

import org.jspecify.annotations.NullMarked;
