@NullMarked
package dev.hookline.http.admin;

import org.jspecify.annotations.NullMarked;
