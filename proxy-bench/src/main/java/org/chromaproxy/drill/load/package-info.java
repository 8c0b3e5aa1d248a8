/**
 * The clients of a drill: what they do, drawn from the seed, and how they do it, over plain HTTP/1.1.
 *
 * <p>Each client is one virtual thread and owns its connection; what they share ({@code Shelves}, the recorder) is
 * thread-safe.
 *
 * <p>Imports {@code drill.history}, and {@code drill.evidence} for its HTTP calls.
 */
@NullMarked
package org.chromaproxy.drill.load;

import org.jspecify.annotations.NullMarked;
