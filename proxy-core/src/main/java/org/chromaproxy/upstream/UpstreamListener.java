package org.chromaproxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;

/** Hears one streamed response, on the connection's event loop. */
public interface UpstreamListener {
    void head(HttpResponse head);

    /** A piece of the body; the listener now owns the buffer. */
    void content(ByteBuf content);

    /** The response is complete; the connection no longer belongs to the caller. */
    void end();

    /** There will be no (more of the) response; the connection is gone. */
    void failed(UpstreamException cause);

    /** The connection can or cannot take more of the request now. */
    void writabilityChanged(boolean writable);
}
