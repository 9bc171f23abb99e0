package dev.hookline.application.inspect;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A part of a listing, newest first.
 *
 * @param next where the next part begins; empty at the end
 */
public record Page<T>(List<T> items, Optional<UUID> next) {}
