@NullMarked
package dev.hookline.http.console;

import org.jspecify.annotations.NullMarked;
