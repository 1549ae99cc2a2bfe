/** Pipelines and lanes: what runs, in which state, and what happens when something fails. */
@NullMarked
package dev.sluice.engine.flow;

import org.jspecify.annotations.NullMarked;
