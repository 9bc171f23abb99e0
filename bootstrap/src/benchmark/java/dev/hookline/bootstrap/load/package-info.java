/** What benchmarks need of the load generator's inside. */
@NullMarked
package dev.hookline.bootstrap.load;

import org.jspecify.annotations.NullMarked;
