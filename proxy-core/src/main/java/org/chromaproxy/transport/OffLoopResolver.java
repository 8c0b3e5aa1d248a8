package org.chromaproxy.transport;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Host names by the system's resolver, as the JDK asks and caches it, but never on an event loop: a name server that does
 * not answer would stop everything there. What takes longer than the time given has failed. A look-up that hangs keeps a
 * virtual thread for as long as the system's resolver lets it, seconds by default.
 */
public final class OffLoopResolver extends AddressResolverGroup<InetSocketAddress> {
    private final long withinMs;
    private final Lookup lookup;

    /** Finds the addresses of a name, and may block. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /** @param withinMs how long a look-up may take */
    public OffLoopResolver(long withinMs) {
        this(withinMs, InetAddress::getAllByName);
    }

    OffLoopResolver(long withinMs, Lookup lookup) {
        this.withinMs = withinMs;
        this.lookup = lookup;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Names(executor).asAddressResolver();
    }

    private final class Names extends InetNameResolver {
        Names(EventExecutor executor) {
            super(executor);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
            Promise<List<InetAddress>> all = executor().newPromise();
            doResolveAll(host, all);
            all.addListener(done -> {
                if (done.isSuccess()) {
                    promise.trySuccess(all.getNow().getFirst());
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
            if (literal != null) {
                promise.setSuccess(List.of(address(literal)));
                return;
            }
            ScheduledFuture<?> patience = executor()
                    .schedule(
                            () -> promise.tryFailure(new UnknownHostException(
                                    "the name " + host + " was not resolved within " + withinMs + " ms")),
                            withinMs,
                            TimeUnit.MILLISECONDS);
            promise.addListener(done -> patience.cancel(false));
            Thread.ofVirtual().name("resolve " + host).start(() -> find(host, promise));
        }

        private static InetAddress address(byte[] literal) {
            try {
                return InetAddress.getByAddress(literal);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("an address of " + literal.length + " bytes", e);
            }
        }

        private void find(String host, Promise<List<InetAddress>> promise) {
            try {
                promise.trySuccess(List.of(lookup.of(host)));
            } catch (UnknownHostException e) {
                promise.tryFailure(new UnknownHostException(words(host, e.getMessage())));
            }
        }

        /** The system says "Temporary failure in name resolution", or that it does not know the name, after the name. */
        private static String words(String host, @Nullable String said) {
            String name = host + ": ";
            if (said == null || said.equals(host)) {
                return "the name " + host + " is not known";
            }
            return "the name " + host + " was not resolved: "
                    + (said.startsWith(name) ? said.substring(name.length()) : said);
        }
    }
}
