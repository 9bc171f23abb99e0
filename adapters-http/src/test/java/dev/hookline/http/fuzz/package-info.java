/** What a fuzzer calls with bytes it makes up; each target says what must hold for all of them. */
@NullMarked
package dev.hookline.http.fuzz;

import org.jspecify.annotations.NullMarked;
