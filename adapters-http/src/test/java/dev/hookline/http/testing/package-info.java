/**
 * What the tests of dialects, intake and admin endpoint share: fakes, a tiny dialect, a raw client.
 */
@NullMarked
package dev.hookline.http.testing;

import org.jspecify.annotations.NullMarked;
