/** Linear's dialect: its signature, its events. */
@NullMarked
package dev.hookline.http.linear;

import org.jspecify.annotations.NullMarked;
