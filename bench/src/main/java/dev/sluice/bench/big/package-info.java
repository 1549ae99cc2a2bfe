/** One transaction that is far larger than the memory. */
@NullMarked
package dev.sluice.bench.big;

import org.jspecify.annotations.NullMarked;
