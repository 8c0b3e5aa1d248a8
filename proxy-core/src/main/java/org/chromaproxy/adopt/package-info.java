/**
 * What the instances held before the proxy came, or came to hold without it: found, mapped, copied or reported; and the
 * witnesses that tell an instance that is well from one that came back with less.
 *
 * <p>Blocking, on worker threads, one scan at a time.
 *
 * <p>Imports {@code blocking}, {@code capability}, {@code catalog}, {@code copy}, {@code instance}, {@code lane},
 * {@code route}, {@code scan}, {@code upstream}, {@code wal.append}, {@code wal.record} and {@code wal.recovery}.
 */
@NullMarked
package org.chromaproxy.adopt;

import org.jspecify.annotations.NullMarked;
