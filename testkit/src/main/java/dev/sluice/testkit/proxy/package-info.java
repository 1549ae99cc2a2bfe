/** A bad network on loopback. */
@NullMarked
package dev.sluice.testkit.proxy;

import org.jspecify.annotations.NullMarked;
