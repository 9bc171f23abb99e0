/** GitHub's dialect: its signature, its events. */
@NullMarked
package dev.hookline.http.github;

import org.jspecify.annotations.NullMarked;
