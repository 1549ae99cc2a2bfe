@NullMarked
package dev.sluice.daemon.logging;

import org.jspecify.annotations.NullMarked;
