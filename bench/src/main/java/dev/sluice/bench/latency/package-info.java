/** How long a change takes from its commit until it is durable in the sink. */
@NullMarked
package dev.sluice.bench.latency;

import org.jspecify.annotations.NullMarked;
