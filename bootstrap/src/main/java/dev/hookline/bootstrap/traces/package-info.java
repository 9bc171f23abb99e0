/** Tells a collector of traces, by OpenTelemetry; nothing of that library is known elsewhere. */
@NullMarked
package dev.hookline.bootstrap.traces;

import org.jspecify.annotations.NullMarked;
