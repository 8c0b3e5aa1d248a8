package org.chromaproxy.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

/** What NIO can do about flows that lead nowhere, and what it says it cannot. */
class KeepAliveTest {
    @Test
    void nioTriesIdleFlowsToo() throws Exception {
        try (EventLoops loops = new EventLoops(Transport.NIO, 1);
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Bootstrap bootstrap = new Bootstrap()
                    .group(loops.all().getFirst())
                    .channel(Transport.NIO.socketClass())
                    .handler(new ChannelInboundHandlerAdapter());
            new KeepAlive(10, 5, 3).set(bootstrap, Transport.NIO);
            Channel channel =
                    bootstrap.connect(server.getLocalSocketAddress()).sync().channel();
            assertEquals(true, channel.config().getOption(ChannelOption.SO_KEEPALIVE));
            assertEquals(10, channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)));
            assertEquals(5, channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)));
            assertEquals(3, channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)));
            channel.close().sync();
        }
    }

    @Test
    void onlyNioHasAWeaknessAndSaysWhatToDo() {
        assertTrue(Transport.EPOLL.weakness().isEmpty());
        assertTrue(Transport.NIO.weakness().orElseThrow().contains("TRANSPORT=epoll"));
    }
}
