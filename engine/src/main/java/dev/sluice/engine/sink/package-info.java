/** The contract of a sink: where changes become durable. Implementations live in modules of their own. */
@NullMarked
package dev.sluice.engine.sink;

import org.jspecify.annotations.NullMarked;
