/** The providers that this house knows. */
@NullMarked
package dev.hookline.http.dialects;

import org.jspecify.annotations.NullMarked;
