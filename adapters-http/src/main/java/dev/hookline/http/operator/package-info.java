/** What the API and the console share: who may ask, and how they ask. */
@NullMarked
package dev.hookline.http.operator;

import org.jspecify.annotations.NullMarked;
