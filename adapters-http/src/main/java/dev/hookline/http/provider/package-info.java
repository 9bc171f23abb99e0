/** What every provider has in common: a profile, a verifier, a handler. */
@NullMarked
package dev.hookline.http.provider;

import org.jspecify.annotations.NullMarked;
