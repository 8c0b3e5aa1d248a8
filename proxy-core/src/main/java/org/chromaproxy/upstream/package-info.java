/**
 * Connections to instances: a pool per event loop and instance, without locks, last in first out. What lanes and copies have is
 * bounded per instance.
 *
 * <p>Everything here belongs to the event loop it was made for, unless it says that it is thread-safe. A connection
 * earns its way back to the pool only when request and response are both complete.
 *
 * <p>Imports {@code http}, {@code instance}, {@code metrics}, {@code scan}, {@code time}, {@code tls} and
 * {@code transport}.
 */
@NullMarked
package org.chromaproxy.upstream;

import org.jspecify.annotations.NullMarked;
