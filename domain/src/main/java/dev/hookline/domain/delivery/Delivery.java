package dev.hookline.domain.delivery;

import java.time.Instant;

/**
 * One request of a provider exactly as it arrived. Nothing in it is believed before its signature
 * holds, and of its headers nothing is believed even then: no provider signs them (Slack's time
 * excepted).
 *
 * @param receivedAt when the request was complete
 * @param remoteAddress the client's address as text, after trusted proxies were looked through
 */
public record Delivery(
    Service service, Headers headers, RawBody body, Instant receivedAt, String remoteAddress) {}
