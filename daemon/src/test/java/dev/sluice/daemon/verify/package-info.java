@NullMarked
package dev.sluice.daemon.verify;

import org.jspecify.annotations.NullMarked;
