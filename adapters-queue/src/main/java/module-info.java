/** The outbox worker and the targets it dispatches to. Sees no other adapter and no SQL. */
module dev.hookline.adapters.queue {
  requires transitive dev.hookline.application;
  requires java.net.http;
  requires kafka.clients;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports dev.hookline.queue.target;
  exports dev.hookline.queue.worker;
}
