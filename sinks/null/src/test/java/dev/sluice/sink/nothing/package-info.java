@NullMarked
package dev.sluice.sink.nothing;

import org.jspecify.annotations.NullMarked;
