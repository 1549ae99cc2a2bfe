/** Java processes of their own, in which what is measured runs. */
@NullMarked
package dev.sluice.bench.child;

import org.jspecify.annotations.NullMarked;
