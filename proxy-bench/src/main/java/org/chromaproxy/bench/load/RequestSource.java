package org.chromaproxy.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Gives one request after the other, as bytes. Called by one event loop at a time. */
@FunctionalInterface
public interface RequestSource {
    /** The next request, owned by the caller. */
    ByteBuf next(ByteBufAllocator allocator);
}
