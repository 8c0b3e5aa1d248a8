/**
 * The rule about errors: what no client may see, and what the faults of a run make unavoidable, and until when.
 *
 * <p>One thread. May import: the JDK, {@code drill.rule} and what that may.
 */
@NullMarked
package org.chromaproxy.drill.check.error;

import org.jspecify.annotations.NullMarked;
