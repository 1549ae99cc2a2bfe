/** Reads a PostgreSQL database through a logical replication slot. */
@NullMarked
package dev.sluice.source.postgres;

import org.jspecify.annotations.NullMarked;
