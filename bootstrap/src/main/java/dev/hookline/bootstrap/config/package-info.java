/** Settings: read from defaults, a file and the environment once, before anything opens. */
@NullMarked
package dev.hookline.bootstrap.config;

import org.jspecify.annotations.NullMarked;
