/**
 * PostgreSQL behind the ports of the use cases. Sees no other adapter, no HTTP, no JSON library.
 */
module dev.hookline.adapters.persistence {
  requires transitive dev.hookline.application;
  requires static transitive org.jspecify;
}
