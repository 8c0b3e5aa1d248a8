package org.chromaproxy.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the kernel tries whether an idle flow still leads somewhere: one that something on the way has forgotten would be waited for
 * without an end.
 *
 * @param idleS seconds after which it is first tried
 * @param intervalS seconds between tries
 * @param count of tries without an answer, after which the connection has failed
 */
public record KeepAlive(int idleS, int intervalS, int count) {
    /** Has what is connected by this try its flows; on NIO as far as this Java and system can. */
    public void set(Bootstrap bootstrap, Transport transport) {
        bootstrap.option(ChannelOption.SO_KEEPALIVE, true);
        switch (transport) {
            case EPOLL ->
                bootstrap
                        .option(EpollChannelOption.TCP_KEEPIDLE, idleS)
                        .option(EpollChannelOption.TCP_KEEPINTVL, intervalS)
                        .option(EpollChannelOption.TCP_KEEPCNT, count);
            case NIO -> nio().forEach((option, value) -> bootstrap.option(NioChannelOption.of(option), value));
        }
    }

    /** By their names: a Java runtime made without the module of these options does not have them. */
    private Map<SocketOption<Integer>, Integer> nio() {
        Map<String, Integer> wanted =
                Map.of("TCP_KEEPIDLE", idleS, "TCP_KEEPINTERVAL", intervalS, "TCP_KEEPCOUNT", count);
        Map<SocketOption<Integer>, Integer> found = new LinkedHashMap<>();
        try (SocketChannel any = SocketChannel.open()) {
            for (SocketOption<?> option : any.supportedOptions()) {
                Integer value = wanted.get(option.name());
                if (value != null) {
                    found.put(ofNumber(option), value);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no socket can be opened", e);
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static SocketOption<Integer> ofNumber(SocketOption<?> option) {
        return (SocketOption<Integer>) option;
    }
}
