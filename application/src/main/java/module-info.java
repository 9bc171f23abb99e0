/**
 * The use cases and the ports they need. Sees the domain; no adapter, no framework, no database.
 */
module dev.hookline.application {
  requires transitive dev.hookline.domain;
  requires static transitive org.jspecify;

  exports dev.hookline.application.audit;
  exports dev.hookline.application.dispatch;
  exports dev.hookline.application.format;
  exports dev.hookline.application.inspect;
  exports dev.hookline.application.pause;
  exports dev.hookline.application.pipeline;
  exports dev.hookline.application.receive;
  exports dev.hookline.application.reconcile;
  exports dev.hookline.application.refused;
  exports dev.hookline.application.replay;
  exports dev.hookline.application.retention;
  exports dev.hookline.application.secret;
  exports dev.hookline.application.standardize;
}
