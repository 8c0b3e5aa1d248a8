package org.chromaproxy.downstream;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.chromaproxy.access.client.RateTable;
import org.chromaproxy.admit.ConnectionBound;
import org.chromaproxy.admit.MemoryBudget;
import org.chromaproxy.admit.MemoryShare;
import org.chromaproxy.http.HeadMemory;

/** What clients' connections take of the account of memory, and their places. Thread-safe. */
public final class ClientMemory {
    private final ConnectionBound places;
    private final MemoryShare connections;
    private final HeadMemory heads;
    private final int each;

    /** @param each bytes that a connection costs */
    public ClientMemory(MemoryBudget memory, int each) {
        this.places = memory.connections();
        this.connections = memory.of(MemoryBudget.Kind.CONNECTIONS);
        this.each = each;
        MemoryShare share = memory.of(MemoryBudget.Kind.HEADS);
        this.heads = new HeadMemory() {
            @Override
            public boolean reserve(int bytes) {
                return share.tryReserve(bytes);
            }

            @Override
            public void release(int bytes) {
                share.release(bytes);
            }
        };
    }

    HeadMemory heads() {
        return heads;
    }

    /** A client's address; of IPv6 its network. */
    static String network(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? RateTable.network(remote.getAddress().getHostAddress())
                : "";
    }

    /** Gives a new connection its place, or closes it; on its event loop. */
    Optional<ConnectionBound.Place> enter(Channel channel) {
        String address = network(channel);
        AtomicReference<ConnectionBound.Place> own = new AtomicReference<>();
        Optional<ConnectionBound.Place> place =
                connections.tryReserve(each) ? places.enter(address, () -> giveWay(channel, own)) : Optional.empty();
        place.ifPresent(own::set);
        if (place.isEmpty()) {
            channel.close();
            return place;
        }
        channel.closeFuture().addListener(_ -> {
            place.get().leave();
            connections.release(each);
        });
        return place;
    }

    /** A request may have begun meanwhile: then it keeps its connection, which is one too many for as long. */
    private static void giveWay(Channel channel, AtomicReference<ConnectionBound.Place> own) {
        channel.eventLoop().execute(() -> {
            ConnectionBound.Place place = own.get();
            if (place == null || !place.working()) {
                channel.close();
            }
        });
    }
}
