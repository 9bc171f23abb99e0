/** The commands: what is asked for, said wrong, answered and printed. */
@NullMarked
package dev.hookline.bootstrap.cli;

import org.jspecify.annotations.NullMarked;
