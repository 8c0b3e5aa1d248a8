package org.chromaproxy.relay;

import io.netty.util.concurrent.FastThreadLocal;
import org.chromaproxy.exchange.ExchangeServices;

/** What all relays share. Thread-safe. */
public final class RelayServices {
    private final ExchangeServices proxy;

    /** Heads are read in one go, so one of each is enough for a thread. */
    private final FastThreadLocal<Heads> heads = new FastThreadLocal<>() {
        @Override
        protected Heads initialValue() {
            return new Heads(new PlainRequest(), new PlainResponse());
        }
    };

    record Heads(PlainRequest request, PlainResponse response) {}

    public RelayServices(ExchangeServices proxy) {
        this.proxy = proxy;
    }

    /** The proxy behind them. */
    public ExchangeServices proxy() {
        return proxy;
    }

    Heads heads() {
        return heads.get();
    }
}
