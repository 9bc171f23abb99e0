/**
 * The torture test: senders with a ledger, processes that are killed, and a checker that compares
 * what was acknowledged with what is on record and what was dispatched.
 */
@NullMarked
package dev.hookline.torture;

import org.jspecify.annotations.NullMarked;
