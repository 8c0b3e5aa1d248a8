package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A client's connection to the whole pipeline, whose every buffer must have been released when it is closed. */
final class ClientSide implements AutoCloseable {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false);
    private final EmbeddedChannel channel;

    ClientSide(Consumer<Channel> handlers) {
        channel = new FromLoopback(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel made) {
                made.config().setAllocator(memory);
                made.config().setAutoRead(false);
                handlers.accept(made);
            }
        });
    }

    /** Sends these pieces; what is sent after the proxy closed is lost, as on a socket. */
    ClientSide send(List<byte[]> pieces) {
        for (byte[] piece : pieces) {
            if (channel.isOpen()) {
                channel.writeInbound(memory.buffer(Math.max(1, piece.length)).writeBytes(piece));
            }
        }
        channel.runPendingTasks();
        return this;
    }

    /** Ends its own side; answers can still be read. */
    ClientSide endsInput() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.runPendingTasks();
        return this;
    }

    /** Takes what comes, or leaves it in the proxy, which sees that its socket takes no more. */
    ClientSide takes(boolean all) {
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, all);
        channel.runPendingTasks();
        return this;
    }

    /** So much time passes, as the connection's own tasks see it. */
    ClientSide waits(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runPendingTasks();
        return this;
    }

    /** Its connection is reset. */
    ClientSide resets() {
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        channel.runPendingTasks();
        channel.checkException();
        return this;
    }

    /** The proxy begins to stop. */
    ClientSide draining() {
        channel.pipeline().fireUserEventTriggered(Draining.NOW);
        return this;
    }

    /** Everything received so far, and whether the proxy closed the connection then. */
    String received() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        return text + (channel.isOpen() ? "" : "[closed]");
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        assertEquals(0, memory.metric().usedHeapMemory(), "bytes never released");
        assertEquals(0, memory.metric().usedDirectMemory(), "bytes never released");
    }

    private static final class FromLoopback extends EmbeddedChannel {
        FromLoopback(ChannelHandler handler) {
            super(handler);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        }
    }
}
