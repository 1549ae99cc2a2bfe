/** Micrometer meters and their names. */
@NullMarked
package dev.sluice.engine.metrics;

import org.jspecify.annotations.NullMarked;
