/** Why a signature does not hold: the usual causes, tried one after the other, offline. */
@NullMarked
package dev.hookline.http.doctor;

import org.jspecify.annotations.NullMarked;
