@NullMarked
package dev.hookline.bootstrap.traces;

import org.jspecify.annotations.NullMarked;
