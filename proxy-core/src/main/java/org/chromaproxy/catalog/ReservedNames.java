package org.chromaproxy.catalog;

import java.util.Optional;
import java.util.stream.Stream;

/** Beginnings of names of collections that are the proxy's own: what has one on a server may be deleted there. */
public final class ReservedNames {
    /** A deleted collection until it is purged. */
    static final String DELETED = "chroma-proxy.deleted.";
    /** What a copy replaces, until the copy is whole; the replaced collection's public id follows. */
    public static final String ASIDE = "chroma-proxy-aside-";

    private ReservedNames() {}

    /** The reserved beginning of that name; empty if it has none, and a client may choose it. */
    public static Optional<String> prefixOf(String name) {
        return Stream.of(DELETED, ASIDE).filter(name::startsWith).findFirst();
    }
}
