/** From a replication connection to batches of changes. */
@NullMarked
package dev.sluice.source.postgres.stream;

import org.jspecify.annotations.NullMarked;
