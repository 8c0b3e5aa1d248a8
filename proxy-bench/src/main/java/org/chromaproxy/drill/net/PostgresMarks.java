package org.chromaproxy.drill.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** PostgreSQL's protocol, as far as seeing a COMMIT go by: its text ends in a zero byte, which no text value contains. */
final class PostgresMarks implements Marks {
    private static final ByteBuf COMMIT =
            Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer("COMMIT\0".getBytes(StandardCharsets.US_ASCII)));

    private final Link link;
    private boolean cutAtAnswer;

    PostgresMarks(Link link) {
        this.link = link;
    }

    @Override
    public int cutAt(ByteBuf bytes, boolean up) {
        if (!up) {
            return cutAtAnswer ? 0 : NO_CUT;
        }
        if (ByteBufUtil.indexOf(COMMIT.duplicate(), bytes) < 0) {
            return NO_CUT;
        }
        cutAtAnswer |= link.strikes(CutPoint.AFTER_COMMIT);
        return link.strikes(CutPoint.BEFORE_COMMIT) ? 0 : NO_CUT;
    }
}
