package org.chromaproxy.drill.net;

import io.netty.buffer.ByteBuf;

/** Knows where in their exchange the bytes of one connection are. */
interface Marks {
    int NO_CUT = -1;

    /**
     * Looks at the next bytes about to be passed on, without consuming them.
     *
     * @param up whether they go to the server
     * @return how many of them to pass on before the connection is cut, or {@link #NO_CUT}
     */
    int cutAt(ByteBuf bytes, boolean up);
}
