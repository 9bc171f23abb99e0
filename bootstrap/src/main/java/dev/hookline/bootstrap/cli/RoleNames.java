package dev.hookline.bootstrap.cli;

import java.util.Optional;

/**
 * Database roles that are to have no more rights than their process needs.
 *
 * @param intake what {@code serve} logs in as
 * @param worker what {@code worker} logs in as
 */
public record RoleNames(Optional<String> intake, Optional<String> worker) {}
