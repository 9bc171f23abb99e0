/** Slack's dialect: its signature, its Events API, slash commands and interactivity. */
@NullMarked
package dev.hookline.http.slack;

import org.jspecify.annotations.NullMarked;
