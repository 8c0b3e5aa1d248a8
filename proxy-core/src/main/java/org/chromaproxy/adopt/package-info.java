/**
 * What the instances held before the proxy came, or came to hold without it: found, mapped, copied or reported; and the
 * witnesses that tell an instance that is well from one that came back with less.
 *
 * <p>Blocking, on worker threads, one scan at a time. May import {@code copy}, {@code blocking}, {@code wal}, {@code
 * catalog}, {@code instance}, {@code lane}, {@code route}, {@code scan} and {@code transport}.
 */
@NullMarked
package org.chromaproxy.adopt;

import org.jspecify.annotations.NullMarked;
