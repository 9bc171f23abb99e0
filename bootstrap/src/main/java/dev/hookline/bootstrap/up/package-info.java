/** What {@code up} keeps beside the system itself: its folder, and a PostgreSQL of its own. */
@NullMarked
package dev.hookline.bootstrap.up;

import org.jspecify.annotations.NullMarked;
