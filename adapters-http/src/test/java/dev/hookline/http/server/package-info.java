@NullMarked
package dev.hookline.http.server;

import org.jspecify.annotations.NullMarked;
