@NullMarked
package dev.sluice.testkit.postgres;

import org.jspecify.annotations.NullMarked;
