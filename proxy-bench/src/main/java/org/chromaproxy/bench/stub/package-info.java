/**
 * A stand-in for Chroma that costs next to nothing, a process of its own: what is measured in front of it is the proxy.
 *
 * <p>State: confined to its one event loop.
 *
 * <p>Imports {@code bench.load} and {@code transport}.
 */
@NullMarked
package org.chromaproxy.bench.stub;

import org.jspecify.annotations.NullMarked;
