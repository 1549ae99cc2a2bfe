@NullMarked
package dev.sluice.bench.drain;

import org.jspecify.annotations.NullMarked;
