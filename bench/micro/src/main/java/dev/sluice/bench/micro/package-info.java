/**
 * What single parts cost per row, without a server: time and allocation. Benchmarks of classes that only their own package
 * knows are in a package of the same name.
 */
@NullMarked
package dev.sluice.bench.micro;

import org.jspecify.annotations.NullMarked;
