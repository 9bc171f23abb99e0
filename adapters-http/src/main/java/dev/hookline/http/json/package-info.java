/** JSON as providers send it, read strictly, the JSON form of an event, and how JSON is written. */
@NullMarked
package dev.hookline.http.json;

import org.jspecify.annotations.NullMarked;
