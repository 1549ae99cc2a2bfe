@NullMarked
package dev.sluice.daemon;

import org.jspecify.annotations.NullMarked;
