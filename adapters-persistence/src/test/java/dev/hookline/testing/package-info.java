/** PostgreSQL for the tests of every module that needs one. */
@NullMarked
package dev.hookline.testing;

import org.jspecify.annotations.NullMarked;
