@NullMarked
package dev.sluice.source.postgres.stream;

import org.jspecify.annotations.NullMarked;
