/** What is shipped for running Hookline fits what it is. */
@NullMarked
package dev.hookline.bootstrap.deploy;

import org.jspecify.annotations.NullMarked;
