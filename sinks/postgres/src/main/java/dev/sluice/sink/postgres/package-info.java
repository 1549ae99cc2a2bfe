/**
 * The PostgreSQL sink: keeps tables of another PostgreSQL in step, exactly once.
 *
 * <p>In the order in which a batch passes: {@code PostgresSink} takes it, {@code TableTargets} knows the target's tables,
 * {@code BatchFold} turns it into a few {@code Statement}s, {@code BatchApplier} runs them in transactions of a {@code
 * TargetSession} together with the {@code CheckpointTable}, and {@code ExactApplier} goes change by change where that is
 * refused. {@code TargetSchema} and {@code TableCopier} do the first copy.
 */
@NullMarked
package dev.sluice.sink.postgres;

import org.jspecify.annotations.NullMarked;
