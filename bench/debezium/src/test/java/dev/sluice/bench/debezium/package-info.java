@NullMarked
package dev.sluice.bench.debezium;

import org.jspecify.annotations.NullMarked;
