package dev.hookline.persistence.offender;

import org.apache.kafka.clients.producer.Producer;

/** Talks to a broker from the wrong room. */
public final class SendsToKafka {
  public Class<?> producer() {
    return Producer.class;
  }
}
