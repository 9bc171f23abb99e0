/** What intake and admin endpoint have in common: the guarded HTTP/1.1 server and its answers. */
@NullMarked
package dev.hookline.http.server;

import org.jspecify.annotations.NullMarked;
