/** Tests of what the API and the console share. */
@NullMarked
package dev.hookline.http.operator;

import org.jspecify.annotations.NullMarked;
