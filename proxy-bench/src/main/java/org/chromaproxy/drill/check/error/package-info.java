/**
 * The rule about errors: what no client may see, and what the faults of a run make unavoidable, and until when.
 *
 * <p>One thread.
 *
 * <p>Imports {@code drill.history} and {@code drill.rule}.
 */
@NullMarked
package org.chromaproxy.drill.check.error;

import org.jspecify.annotations.NullMarked;
