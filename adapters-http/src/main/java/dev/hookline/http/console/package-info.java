/** The operator's console: pages for a browser, made on the server. */
@NullMarked
package dev.hookline.http.console;

import org.jspecify.annotations.NullMarked;
