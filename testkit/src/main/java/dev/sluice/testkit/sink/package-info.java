/** Fakes of sinks with scripted faults, and the contract that every sink's tests extend. */
@NullMarked
package dev.sluice.testkit.sink;

import org.jspecify.annotations.NullMarked;
