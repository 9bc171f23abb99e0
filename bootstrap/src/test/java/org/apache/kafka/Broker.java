package org.apache.kafka;

/** Stands in a package of Kafka's, so that the rule about Kafka can be seen red. */
public final class Broker {}
