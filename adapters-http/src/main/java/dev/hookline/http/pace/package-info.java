/** How fast each of many may go, counted in this process. */
@NullMarked
package dev.hookline.http.pace;

import org.jspecify.annotations.NullMarked;
