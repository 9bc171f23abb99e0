/**
 * PostgreSQL behind the ports of the use cases. Sees no other adapter, no HTTP, no JSON library.
 */
module dev.hookline.adapters.persistence {
  requires transitive dev.hookline.application;
  requires static transitive org.jspecify;
  requires static org.checkerframework.checker.qual;
  requires com.zaxxer.hikari;
  requires flyway.core;
  requires java.sql;
  requires org.jdbi.v3.core;
  requires org.postgresql.jdbc;
  requires org.slf4j;

  exports dev.hookline.persistence;
}
