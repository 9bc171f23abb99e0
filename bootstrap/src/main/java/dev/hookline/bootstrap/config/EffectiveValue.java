package dev.hookline.bootstrap.config;

import java.util.List;

/**
 * One setting as it is in force, for people to look at.
 *
 * @param key below {@code hookline}; of an entry of a list with its position, from 0
 * @param variables the environment variables that would set it
 * @param value as it would be written, a secret masked; empty if there is none
 * @param origin {@code default}, the file, or the variable
 */
public record EffectiveValue(
    String key, List<String> variables, String value, String origin, String description) {}
