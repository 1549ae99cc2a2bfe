/** Batches of changes written down in tests. Depends on the engine's {@code change} package and nothing else. */
@NullMarked
package dev.sluice.testkit.change;

import org.jspecify.annotations.NullMarked;
