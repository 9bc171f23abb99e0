/** The JSON form of an event, as a port: its codec lives in one adapter. */
@NullMarked
package dev.hookline.application.format;

import org.jspecify.annotations.NullMarked;
