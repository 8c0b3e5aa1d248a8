package org.chromaproxy.wal.record;

import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A durable change beside the records themselves. Changes ride in the writer's transactions, in the order they were
 * submitted, under the owner's epoch; applying one twice is the same as once.
 */
public sealed interface Change {
    /** Every record of {@code lane} up to {@code lsn} is applied on {@code instance}. Never moves backwards. */
    record Cursor(UUID lane, String instance, long lsn) implements Change {}

    /**
     * What became of a record that is an exception (refused, failed, recovered, pending) or carries the client's own
     * transaction id.
     *
     * @param status the HTTP status the client was or will be told; 0 when there is none yet
     * @param reason for humans; empty when there is nothing to explain
     * @param response the response's body as told to the client
     */
    record Outcome(long lsn, TransactionState state, int status, String reason, byte[] response) implements Change {}

    /** What a record that could not be repeated was resolved to: its body from now on. */
    record Resolution(long lsn, byte[] body) implements Change {}

    /** Inserts or replaces a mapping with all its places. */
    record PutMapping(Mapping mapping) implements Change {}

    /** Forgets a mapping: a tombstone every instance has passed, or one an operator removed. */
    record DropMapping(UUID publicId) implements Change {}

    /** The collection's records may have array-valued metadata from now on, or never had any until now. */
    record Flat(UUID publicId, boolean flat) implements Change {}

    /** A deleted collection that an instance still holds, under a name that no client sees, until it is purged there. */
    record Purge(String instance, UUID instanceId, Mapping.Path hidden) implements Change {}

    /** It is gone from that instance. */
    record Purged(String instance, UUID instanceId) implements Change {}

    /** A name spelled like an id that a collection has given up now. */
    record RetiredName(Mapping.Path path) implements Change {}

    /**
     * {@code instance} leads {@code lane} from {@code term} on. {@link Subject#CATALOG} stands for the catalog lane.
     *
     * @param tellers who led when clients may have been told of records that have no outcome in the log; by ascending LSN, empty where
     *     that is {@code instance} itself
     */
    record Lead(UUID lane, String instance, long term, List<Teller> tellers) implements Change {
        public Lead {
            tellers = List.copyOf(tellers);
        }

        /** Where no other instance has told anything that the log does not know. */
        public Lead(UUID lane, String instance, long term) {
            this(lane, instance, term, List.of());
        }
    }

    /**
     * A client may have been told that a record is done which has no outcome in the log: then this instance had executed it.
     *
     * @param upTo of records up to that LSN, beyond those of the teller before
     */
    record Teller(String instance, long upTo) {
        /** As one text, a line for each; empty for none. */
        public static String format(List<Teller> tellers) {
            return tellers.stream().map(each -> each.upTo + " " + each.instance).collect(Collectors.joining("\n"));
        }

        /** Reads what {@link #format} wrote. */
        public static List<Teller> parse(String text) {
            return text.lines()
                    .map(line -> line.split(" ", 2))
                    .map(parts -> new Teller(parts[1], Long.parseLong(parts[0])))
                    .toList();
        }
    }

    /** The incarnation last seen on an instance and an LSN its witness carries. */
    record Witness(String instance, String incarnation, long lsn) implements Change {}
}
