@NullMarked
package dev.hookline.http.doctor;

import org.jspecify.annotations.NullMarked;
