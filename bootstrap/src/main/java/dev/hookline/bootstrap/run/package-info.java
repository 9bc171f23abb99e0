/** The composition root: what is made of what, in which order it starts, and in which it stops. */
@NullMarked
package dev.hookline.bootstrap.run;

import org.jspecify.annotations.NullMarked;
