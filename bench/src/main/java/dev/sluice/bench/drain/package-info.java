/** A backlog, read as fast as it goes. */
@NullMarked
package dev.sluice.bench.drain;

import org.jspecify.annotations.NullMarked;
