/** Where providers deliver: from the request's bytes to its answer. */
@NullMarked
package dev.hookline.http.intake;

import org.jspecify.annotations.NullMarked;
