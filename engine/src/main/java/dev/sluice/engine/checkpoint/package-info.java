/** Who durably has what: the positions of sinks that do not keep their own, and how far a first copy got. */
@NullMarked
package dev.sluice.engine.checkpoint;

import org.jspecify.annotations.NullMarked;
