@NullMarked
package dev.sluice.testkit.sink;

import org.jspecify.annotations.NullMarked;
