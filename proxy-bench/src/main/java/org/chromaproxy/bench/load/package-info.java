/**
 * Load: requests, an own generator that can hold a schedule, and wrk as a second opinion.
 *
 * <p>State: a run is confined to the generator's event loop; its caller blocks until the result is there.
 *
 * <p>Imports {@code transport}.
 */
@NullMarked
package org.chromaproxy.bench.load;

import org.jspecify.annotations.NullMarked;
