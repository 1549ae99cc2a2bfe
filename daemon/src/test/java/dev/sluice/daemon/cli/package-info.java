@NullMarked
package dev.sluice.daemon.cli;

import org.jspecify.annotations.NullMarked;
