/** The complete flow in one process: real HTTP, real PostgreSQL, a target that the test watches. */
@NullMarked
package dev.hookline.bootstrap.run;

import org.jspecify.annotations.NullMarked;
