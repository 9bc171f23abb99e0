@NullMarked
package dev.hookline.http.intake;

import org.jspecify.annotations.NullMarked;
