@NullMarked
package dev.hookline.bootstrap.up;

import org.jspecify.annotations.NullMarked;
