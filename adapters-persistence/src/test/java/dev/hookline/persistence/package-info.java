/** The adapters on a real PostgreSQL. */
@NullMarked
package dev.hookline.persistence;

import org.jspecify.annotations.NullMarked;
