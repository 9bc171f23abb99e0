@NullMarked
package dev.hookline.bootstrap.config;

import org.jspecify.annotations.NullMarked;
