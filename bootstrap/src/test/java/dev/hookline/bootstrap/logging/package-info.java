@NullMarked
package dev.hookline.bootstrap.logging;

import org.jspecify.annotations.NullMarked;
