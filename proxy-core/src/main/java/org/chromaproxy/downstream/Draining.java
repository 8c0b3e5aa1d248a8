package org.chromaproxy.downstream;

/** Fired down a client connection's pipeline when the proxy is stopping. */
enum Draining {
    NOW
}
