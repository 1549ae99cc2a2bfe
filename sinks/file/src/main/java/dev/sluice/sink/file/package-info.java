/** One JSON event a line: into a file that is rotated, or to standard output. */
@NullMarked
package dev.sluice.sink.file;

import org.jspecify.annotations.NullMarked;
