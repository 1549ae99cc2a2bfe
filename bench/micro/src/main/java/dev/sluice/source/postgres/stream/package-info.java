/** Benchmarks of what nobody outside of this package can reach. */
@NullMarked
package dev.sluice.source.postgres.stream;

import org.jspecify.annotations.NullMarked;
