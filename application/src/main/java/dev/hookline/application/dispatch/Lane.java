package dev.hookline.application.dispatch;

/**
 * A worker's hold on a lane: on the messages whose ordering keys share a hash.
 *
 * @param epoch rises with every takeover; a write under an older one is refused
 */
public record Lane(int id, long epoch) {}
