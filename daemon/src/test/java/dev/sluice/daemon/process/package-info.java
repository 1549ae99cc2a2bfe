/** The packaged daemon as its own process, as a user runs it. */
@NullMarked
package dev.sluice.daemon.process;

import org.jspecify.annotations.NullMarked;
