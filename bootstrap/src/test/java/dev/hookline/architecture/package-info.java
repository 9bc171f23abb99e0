/** The house rules, each a sentence with its reason, and each shown to bite. */
@NullMarked
package dev.hookline.architecture;

import org.jspecify.annotations.NullMarked;
