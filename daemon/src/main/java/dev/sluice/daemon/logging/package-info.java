/** How logs look and where they go. */
@NullMarked
package dev.sluice.daemon.logging;

import org.jspecify.annotations.NullMarked;
