/**
 * Debezium as a peer, in processes of its own: its embedded engine under {@link dev.sluice.bench.debezium.DebeziumChild}, and
 * Debezium Server under {@link dev.sluice.bench.debezium.DebeziumServerProcess}.
 */
@NullMarked
package dev.sluice.bench.debezium;

import org.jspecify.annotations.NullMarked;
