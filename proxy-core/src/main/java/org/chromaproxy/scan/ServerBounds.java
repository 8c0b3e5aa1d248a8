package org.chromaproxy.scan;

import io.netty.buffer.ByteBuf;

/**
 * How much of one kind Chroma's servers can execute in one request, measured on 1.5.9 ({@code docs/known-chroma-faults.md}). Beyond
 * it they fail for good, or end: then each server that is sent the request does. Pure.
 */
public final class ServerBounds {
    /**
     * Objects in the body of a read, or in the filter of a delete. From about 1,000 terms on SQLite refuses a filter; with some
     * 4,300 the server's stack is full, and its process ends.
     */
    public static final int FILTER_OBJECTS = 2_048;
    /** Values in the filter of a delete: SQLite takes some 32,700 in one statement. */
    static final int FILTER_VALUES = 32_000;
    /** Metadata values of one record, or of one collection: SQLite takes less than 6,000 in its statement. */
    static final int METADATA_VALUES = 5_000;
    /**
     * Bytes of a create or a modification of a collection. A server takes any, and shows all of them in every list, which whoever
     * asks for it has to hold.
     */
    static final int COLLECTION_BYTES = 64 << 10;
    /**
     * Links of a vector in the index. What an add costs grows with their square: 1,000 records of three numbers take 0.3 s with the
     * usual 16, 1 s with 256, a minute and more with 4,096; with a million the server never answers a write again. Without any the
     * server's process ends at the first add, and, that being in its own log, at each later request for the collection.
     */
    static final int INDEX_LINKS = 256;
    /**
     * Numbers of an embedding. A server keeps room for a hundred vectors of a new collection at once: of 1,500,000 numbers each, a
     * body of 3 MB takes 600 MB of its disk.
     */
    static final int DIMENSION = 32_768;
    /** Vectors that an index looks at for one that is added or looked for. */
    static final int INDEX_CANDIDATES = 10_000;

    /**
     * Records that an index may be behind. A server keeps that many of each collection in one table, and looks through all of it for every
     * add to any: behind 100,000 an add to another collection takes three times what it takes behind none, and so on.
     */
    static final int INDEX_LAG = 100_000;

    /**
     * Bytes of an id, or of the name of any member of a body. No client has such ones; a parser holds each several times, and 38 MB of one
     * ended the proxy.
     */
    static final int NAME_BYTES = 64 << 10;

    static final String LONG_NAME = "a member whose name has more than " + NAME_BYTES + " bytes";

    /** A smaller body cannot hold as many values. */
    private static final int LEAST_BYTES = 2 * METADATA_VALUES;

    private ServerBounds() {}

    /** How many objects begin in the readable bytes, those in texts included. */
    public static int objects(ByteBuf json) {
        int found = 0;
        int end = json.writerIndex();
        for (int at = json.indexOf(json.readerIndex(), end, (byte) '{'); at >= 0; found++) {
            at = at + 1 < end ? json.indexOf(at + 1, end, (byte) '{') : -1;
        }
        return found;
    }

    /** How many records an add, update, upsert or delete of ids may name, whatever its form; at least as many as it does. */
    public static int records(byte[] body) {
        return RecordsSize.records(body);
    }

    /** What of a delete is too much, in words; empty if nothing is. */
    public static String deleteExceeds(byte[] body) {
        return hasLongText(body)
                ? "an id, a name or a text of a filter of more than " + NAME_BYTES + " bytes"
                : filterExceeds(body);
    }

    private static boolean hasLongText(byte[] body) {
        for (int i = 0; body.length > NAME_BYTES && i < body.length; i++) {
            if (body[i] == '"') {
                int end = ArrayMetadata.stringEnd(body, i);
                if (end - i > NAME_BYTES) {
                    return true;
                }
                i = end;
            }
        }
        return false;
    }

    private static String filterExceeds(byte[] body) {
        if (body.length > FILTER_OBJECTS) {
            DeleteBody read = DeleteScan.of(body);
            if (filtersHold(body, read, '{', FILTER_OBJECTS)) {
                return "a filter of more than " + FILTER_OBJECTS + " objects";
            } else if (filtersHold(body, read, ',', FILTER_VALUES)) {
                return "a filter of more than " + FILTER_VALUES + " values";
            }
        }
        return FilterScan.of(body).excess();
    }

    /** Whether there is more of that in its filters; of a body that is not understood, in all of it. */
    private static boolean filtersHold(byte[] body, DeleteBody read, char octet, int most) {
        if (count(body, 0, body.length, octet) <= most) {
            return false;
        }
        int found = 0;
        for (Slice filter : read.filters()) {
            found += count(body, filter.start(), filter.end(), octet);
        }
        return !read.understood() || found > most;
    }

    private static int count(byte[] json, int start, int end, char octet) {
        int found = 0;
        for (int i = start; i < end; i++) {
            found += json[i] == octet ? 1 : 0;
        }
        return found;
    }

    /**
     * What of a create or a modification of a collection is too large, or too small for an index, in words; empty if nothing is. Of a body that the proxy does
     * not understand it may say anything: it is not logged.
     */
    public static String collectionExceeds(byte[] body) {
        if (body.length > COLLECTION_BYTES) {
            return "more than " + COLLECTION_BYTES + " bytes of metadata and configuration of a collection";
        }
        CollectionSize scan = new CollectionSize();
        scan.feed(body, 0, body.length);
        return scan.finish();
    }

    /**
     * Bytes, in UTF-8, of the longest text that an add, update or upsert has for a record, embeddings aside: of a document, a URI or an
     * id, or of its metadata together. Of a body that is not well formed it may say anything, since no server takes it.
     */
    public static int longestText(byte[] body) {
        return RecordsSize.longestText(body);
    }

    /**
     * What of an add, update or upsert is too large, or an embedding without any number, in words; empty if nothing is. Of a body that is
     * not well formed it may say anything, since no server takes it.
     *
     * <p>1.0.5 takes an embedding without numbers from an update of a collection that has no dimension, and answers 400 to every
     * request for that collection from then on; later releases refuse it.
     */
    public static String recordsExceed(byte[] body) {
        return body.length < LEAST_BYTES && !RecordsSize.isSuspect(body) ? "" : RecordsSize.excess(body);
    }

    /** What of any other write is too large; empty if nothing is. */
    public static String otherExceeds(byte[] body) {
        return body.length > COLLECTION_BYTES ? "a body of more than " + COLLECTION_BYTES + " bytes" : "";
    }
}
