/** What does a scenario's work: Sluice, and what else one could use. */
@NullMarked
package dev.sluice.bench.peer;

import org.jspecify.annotations.NullMarked;
