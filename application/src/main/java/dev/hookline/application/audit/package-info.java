/** What must hold for all that is stored, and whether it does. */
@NullMarked
package dev.hookline.application.audit;

import org.jspecify.annotations.NullMarked;
