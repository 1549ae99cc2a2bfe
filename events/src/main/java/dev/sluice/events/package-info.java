/** Changes as events: one JSON document a change, in the shape that Debezium made common. */
@NullMarked
package dev.sluice.events;

import org.jspecify.annotations.NullMarked;
