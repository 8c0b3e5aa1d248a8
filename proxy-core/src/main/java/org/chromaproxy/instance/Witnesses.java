package org.chromaproxy.instance;

/** Where each instance keeps the proxy's hidden witness collection: a tenant of its own, which no client ever sees. */
public final class Witnesses {
    public static final String TENANT = "chroma-proxy";
    public static final String DATABASE = "witness";
    public static final String COLLECTION = "witness";

    private Witnesses() {}
}
