@NullMarked
package dev.sluice.sink.file;

import org.jspecify.annotations.NullMarked;
