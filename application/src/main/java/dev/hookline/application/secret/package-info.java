/** Which of a service's secrets its sender still uses. */
@NullMarked
package dev.hookline.application.secret;

import org.jspecify.annotations.NullMarked;
