/** A backlog, applied to another PostgreSQL. */
@NullMarked
package dev.sluice.bench.replicate;

import org.jspecify.annotations.NullMarked;
