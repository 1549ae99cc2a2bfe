/** The contract that every source's tests extend. */
@NullMarked
package dev.sluice.testkit.source;

import org.jspecify.annotations.NullMarked;
