/** The sink that keeps nothing, for measuring what comes before it. */
@NullMarked
package dev.sluice.sink.nothing;

import org.jspecify.annotations.NullMarked;
