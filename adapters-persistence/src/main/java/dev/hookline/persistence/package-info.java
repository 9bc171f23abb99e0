/** Events, pipelines, the outbox and refused deliveries in PostgreSQL 14 to 18. */
@NullMarked
package dev.hookline.persistence;

import org.jspecify.annotations.NullMarked;
