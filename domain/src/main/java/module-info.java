/**
 * What Hookline is about. Sees the JDK's base module alone; frameworks, JSON and SQL stay outside.
 */
module dev.hookline.domain {
  requires static transitive org.jspecify;

  exports dev.hookline.domain.delivery;
  exports dev.hookline.domain.error;
  exports dev.hookline.domain.event;
  exports dev.hookline.domain.handler;
  exports dev.hookline.domain.pipeline;
  exports dev.hookline.domain.trace;
}
