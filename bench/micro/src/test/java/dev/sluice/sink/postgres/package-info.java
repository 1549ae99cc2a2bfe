@NullMarked
package dev.sluice.sink.postgres;

import org.jspecify.annotations.NullMarked;
