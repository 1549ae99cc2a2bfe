/** Benchmarks of what nobody outside of this package can reach. */
@NullMarked
package dev.sluice.sink.postgres;

import org.jspecify.annotations.NullMarked;
