/** Why a delivery is turned away, as values. */
@NullMarked
package dev.hookline.domain.error;

import org.jspecify.annotations.NullMarked;
