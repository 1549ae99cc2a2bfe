/** What a change is: positions, relations, batches of changes, and what can go wrong with them. Imports no other package of ours. */
@NullMarked
package dev.sluice.engine.change;

import org.jspecify.annotations.NullMarked;
