/** The ports of a provider's dialect: who signed it, what it says. */
@NullMarked
package dev.hookline.domain.handler;

import org.jspecify.annotations.NullMarked;
