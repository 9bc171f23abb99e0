@NullMarked
package dev.hookline.bootstrap.cli;

import org.jspecify.annotations.NullMarked;
