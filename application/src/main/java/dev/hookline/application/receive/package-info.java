/** Taking a delivery in: admitted, verified, standardized, stored, in that order. */
@NullMarked
package dev.hookline.application.receive;

import org.jspecify.annotations.NullMarked;
