/** The command line: one class for each command. */
@NullMarked
package dev.sluice.daemon.cli;

import org.jspecify.annotations.NullMarked;
