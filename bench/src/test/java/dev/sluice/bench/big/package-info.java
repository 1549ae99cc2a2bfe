@NullMarked
package dev.sluice.bench.big;

import org.jspecify.annotations.NullMarked;
