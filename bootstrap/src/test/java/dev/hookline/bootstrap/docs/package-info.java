/** What the README says is checked here. */
@NullMarked
package dev.hookline.bootstrap.docs;

import org.jspecify.annotations.NullMarked;
