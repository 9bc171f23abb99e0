/** What tests of every module share: valid values to start from. */
@NullMarked
package dev.hookline.testing;

import org.jspecify.annotations.NullMarked;
