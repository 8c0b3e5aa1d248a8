package org.chromaproxy.upstream;

import io.netty.buffer.ByteBuf;

/** Hears one answer as the bytes that arrive, on the connection's event loop. */
public interface RawListener {
    /** The next bytes; the listener now owns the buffer. It calls {@link UpstreamConnection#endRaw} at the last one. */
    void bytes(ByteBuf bytes);

    /** There will be no more bytes; the connection is gone. */
    void failed(UpstreamException cause);
}
