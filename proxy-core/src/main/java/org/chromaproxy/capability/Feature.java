package org.chromaproxy.capability;

import java.util.Locale;

/** In what the supported Chroma releases (1.0.5 to 1.5.9) differ for those who write. Measured on both. */
public enum Feature {
    /** A server without it answers 422. */
    LIST_METADATA("lists or objects as values in the metadata of records", true),
    /** A server without it ignores the member and makes the collection without it. */
    COLLECTION_SCHEMA("a schema given to a new collection", true),
    /** A server without it answers 422. */
    UNKNOWN_EMBEDDING_FUNCTION("an embedding function of the type 'unknown' in a collection's configuration", true),
    /** A server without it answers 400. */
    LIST_FILTERS("deletes by filters that look into lists, or name #document", true),
    /** A server without it answers 400: it was taken away, and no upgrade brings it back. */
    LENIENT_KEYS("metadata keys that are empty or begin with # or $", false);

    private final String words;
    private final boolean newer;

    Feature(String words, boolean newer) {
        this.words = words;
        this.newer = newer;
    }

    /** For people, as what a write uses. */
    public String words() {
        return words;
    }

    /** Whether an upgrade brings it, so that a server without it may be waited for. */
    public boolean newer() {
        return newer;
    }

    /** Its name in {@code /status}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
