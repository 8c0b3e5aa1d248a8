/**
 * The rule about reads: whether what each of them was told is one state of its collection, at a position it may show.
 *
 * <p>One thread.
 *
 * <p>Imports {@code drill.history}, {@code drill.model} and {@code drill.rule}.
 */
@NullMarked
package org.chromaproxy.drill.check.read;

import org.jspecify.annotations.NullMarked;
