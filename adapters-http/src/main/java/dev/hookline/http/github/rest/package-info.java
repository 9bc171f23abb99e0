/** GitHub's REST API, as far as it shows what a hook was sent. */
@NullMarked
package dev.hookline.http.github.rest;

import org.jspecify.annotations.NullMarked;
