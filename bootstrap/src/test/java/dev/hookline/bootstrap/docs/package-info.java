/** What the README and the pages beside it say is checked here. */
@NullMarked
package dev.hookline.bootstrap.docs;

import org.jspecify.annotations.NullMarked;
