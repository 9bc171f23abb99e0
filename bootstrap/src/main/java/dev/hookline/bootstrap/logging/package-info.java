/** How the log is written: to standard error, as text for people or JSON for machines. */
@NullMarked
package dev.hookline.bootstrap.logging;

import org.jspecify.annotations.NullMarked;
