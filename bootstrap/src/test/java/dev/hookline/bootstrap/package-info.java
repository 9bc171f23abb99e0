@NullMarked
package dev.hookline.bootstrap;

import org.jspecify.annotations.NullMarked;
