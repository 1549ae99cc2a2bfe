/** Events on the Vert.x event bus, for consumers in the same Vert.x or its cluster. */
@NullMarked
package dev.sluice.sink.eventbus;

import org.jspecify.annotations.NullMarked;
