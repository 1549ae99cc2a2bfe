@NullMarked
package dev.sluice.testkit.change;

import org.jspecify.annotations.NullMarked;
