/** Acme Builds' dialect: the worked example of the page for architects. */
@NullMarked
package dev.hookline.http.acme;

import org.jspecify.annotations.NullMarked;
