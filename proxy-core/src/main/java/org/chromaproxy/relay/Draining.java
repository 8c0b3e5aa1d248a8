package org.chromaproxy.relay;

/** Fired down a client connection's pipeline when the proxy is stopping. */
public enum Draining {
    NOW
}
