@NullMarked
package dev.sluice.bench.micro;

import org.jspecify.annotations.NullMarked;
