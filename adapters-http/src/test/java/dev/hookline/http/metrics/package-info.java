@NullMarked
package dev.hookline.http.metrics;

import org.jspecify.annotations.NullMarked;
