/** What the tests of every dialect share. */
@NullMarked
package dev.hookline.http.testing;

import org.jspecify.annotations.NullMarked;
