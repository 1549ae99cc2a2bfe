/** What noticing changes costs whoever makes them. */
@NullMarked
package dev.sluice.bench.writes;

import org.jspecify.annotations.NullMarked;
