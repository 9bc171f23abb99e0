/** What arrived, exactly as it arrived: nothing here is believed yet. */
@NullMarked
package dev.hookline.domain.delivery;

import org.jspecify.annotations.NullMarked;
