/** Reads whole tables at the snapshot that a new slot exported. */
@NullMarked
package dev.sluice.source.postgres.copy;

import org.jspecify.annotations.NullMarked;
