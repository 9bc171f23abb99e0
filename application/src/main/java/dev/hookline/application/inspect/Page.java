package dev.hookline.application.inspect;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A part of a listing, newest first. It can be shorter than was asked for, and even empty, although
 * there is a next one: where little fits, a part ends after so much was looked at in vain.
 *
 * @param next where the next part begins; empty at the end
 */
public record Page<T>(List<T> items, Optional<UUID> next) {}
