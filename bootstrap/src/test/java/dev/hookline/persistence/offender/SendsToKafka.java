package dev.hookline.persistence.offender;

import org.apache.kafka.Broker;

/** Talks to a broker from the wrong room. */
public final class SendsToKafka {
  public Class<?> broker() {
    return Broker.class;
  }
}
