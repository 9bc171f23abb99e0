/** JSON as providers send it, read strictly, and the JSON form of an event. */
@NullMarked
package dev.hookline.http.json;

import org.jspecify.annotations.NullMarked;
