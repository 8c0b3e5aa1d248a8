/**
 * {@code chroma-proxy demo}: real servers, the proxy and a walk through a first create, add, query and delete.
 *
 * <p>State: owned by the main thread; {@link org.chromaproxy.demo.Servers} is also reached by the shutdown hook.
 *
 * <p>Imports {@code config}, {@code local}, {@code wal}, {@code wal.record} and {@code wal.recovery}. Only {@code main}
 * imports it, and hands it the proxy as a {@link org.chromaproxy.demo.LocalProxy}.
 */
@NullMarked
package org.chromaproxy.demo;

import org.jspecify.annotations.NullMarked;
