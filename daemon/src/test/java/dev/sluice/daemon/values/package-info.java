/** Values, names and tables of every kind, from the slot to the target and back through verify. */
@org.jspecify.annotations.NullMarked
package dev.sluice.daemon.values;
