/** The outbox worker and the targets it dispatches to. Sees no other adapter and no SQL. */
module dev.hookline.adapters.queue {
  requires transitive dev.hookline.application;
  requires io.github.bucket4j.core;
  requires io.github.resilience4j.circuitbreaker;
  requires io.github.resilience4j.core;
  requires java.net.http;
  requires kafka.clients;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports dev.hookline.queue.target;
  exports dev.hookline.queue.worker;
}
