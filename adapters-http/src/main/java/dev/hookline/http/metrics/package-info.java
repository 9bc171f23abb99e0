/** What is counted, as Prometheus reads it. */
@NullMarked
package dev.hookline.http.metrics;

import org.jspecify.annotations.NullMarked;
