/** What a provider sent, compared with what is on record; the rest is asked for again. */
@NullMarked
package dev.hookline.application.reconcile;

import org.jspecify.annotations.NullMarked;
