@NullMarked
package dev.sluice.sink.eventbus;

import org.jspecify.annotations.NullMarked;
