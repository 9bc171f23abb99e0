@NullMarked
package dev.hookline.bootstrap.load;

import org.jspecify.annotations.NullMarked;
