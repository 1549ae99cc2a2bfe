@NullMarked
package dev.sluice.bench.child;

import org.jspecify.annotations.NullMarked;
