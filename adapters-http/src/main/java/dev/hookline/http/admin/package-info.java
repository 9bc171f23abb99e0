/** What operators ask: health, metrics, records, replays. */
@NullMarked
package dev.hookline.http.admin;

import org.jspecify.annotations.NullMarked;
