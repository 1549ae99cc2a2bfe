package dev.sluice.engine.change;

/**
 * One column of a {@link Relation}.
 *
 * @param name as the sink shall see it
 * @param type its data type
 * @param modifier {@code atttypmod}, -1 for none
 * @param typeText the type with its modifier as {@code format_type} prints it under an empty search path, for DDL and for
 *     people: {@code numeric(10,2)}, {@code public.order_status}
 * @param key whether it belongs to the replica identity (with FULL: to the primary key, if there is one)
 * @param notNull whether the source forbids NULL
 * @param index where its value stands in the tuples of a batch, from 0; a routed relation that leaves columns out keeps
 *     the indexes of the others
 */
public record Column(
        String name, DataType type, int modifier, String typeText, boolean key, boolean notNull, int index) {}
