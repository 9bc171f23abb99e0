/**
 * HTTP towards providers and operators, and each provider's dialect. Sees the use cases and their
 * ports; no database, no queue.
 */
module dev.hookline.adapters.http {
  requires transitive dev.hookline.application;
  requires static transitive org.jspecify;

  exports dev.hookline.http.provider;
}
