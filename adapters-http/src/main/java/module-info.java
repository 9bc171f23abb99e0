/**
 * HTTP towards providers and operators, and each provider's dialect. Sees the use cases and their
 * ports; no database, no queue.
 */
module dev.hookline.adapters.http {
  requires transitive dev.hookline.application;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;

  exports dev.hookline.http.dialects;
  exports dev.hookline.http.json;
  exports dev.hookline.http.provider;
}
