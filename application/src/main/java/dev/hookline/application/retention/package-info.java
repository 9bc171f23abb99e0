/** How long what is over stays on record. */
@NullMarked
package dev.hookline.application.retention;

import org.jspecify.annotations.NullMarked;
