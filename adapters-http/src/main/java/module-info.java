/**
 * HTTP towards providers and operators, and each provider's dialect. Sees the use cases and their
 * ports; no database, no queue.
 */
module dev.hookline.adapters.http {
  requires transitive com.fasterxml.jackson.core;
  requires transitive dev.hookline.application;
  requires static transitive org.jspecify;
  requires com.fasterxml.jackson.databind;
  requires com.github.benmanes.caffeine;
  requires com.j2html;
  requires io.github.bucket4j.core;
  requires io.helidon.common.task;
  requires io.helidon.webserver;
  requires io.prometheus.metrics.core;
  requires io.prometheus.metrics.instrumentation.jvm;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires java.net.http;
  requires org.slf4j;

  exports dev.hookline.http.admin;
  exports dev.hookline.http.console;
  exports dev.hookline.http.dialects;
  exports dev.hookline.http.doctor;
  exports dev.hookline.http.github.rest;
  exports dev.hookline.http.intake;
  exports dev.hookline.http.json;
  exports dev.hookline.http.metrics;
  exports dev.hookline.http.provider;
}
