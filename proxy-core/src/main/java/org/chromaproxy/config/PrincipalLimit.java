package org.chromaproxy.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.chromaproxy.config.setting.Kind;
import org.chromaproxy.config.setting.Kinds;

/**
 * What is bounded for each principal: for each token, or, where there are no tokens, for each client address. The word stands in
 * the tokens file, as {@code word=value}; 0 means no bound of its own.
 */
public enum PrincipalLimit {
    /** Requests under way. */
    REQUESTS("requests", 1_000_000),
    /** Requests that wait for their turn. */
    QUEUE("queue", 1 << 20),
    /** Lists of collections or databases that are being made. */
    LISTS("lists", 1_000_000),
    /** Bytes of bodies that are logged, or being logged, and whose outcome is not known yet. */
    PENDING("pending", Long.MAX_VALUE),
    /** Bytes of writes in the log that some server has not applied yet. */
    LOG("log", Long.MAX_VALUE),
    /** Ids of one write. */
    RECORDS("records", 1_000_000_000),
    /** Bytes of one record's document. */
    DOCUMENT("document", Long.MAX_VALUE),
    /** Results of one query: its embeddings by {@code n_results}. */
    RESULTS("results", 1_000_000_000),
    /** Writes that a server has failed more than once, though it applied others meanwhile. */
    FAULTS("faults", 1_000_000),
    /** Writes given up at once; one more is permitted every ten seconds. */
    DEAD_LETTERS("dead-letters", 1_000_000),
    /** Requests with {@code ?wait=} that are held open. */
    WAITS("waits", 1_000_000),
    /** Collections of a tenant, when one more is created there. */
    COLLECTIONS("collections", 1_000_000_000);

    private final String word;
    private final long most;

    PrincipalLimit(String word, long most) {
        this.word = word;
        this.most = most;
    }

    public String word() {
        return word;
    }

    public static Optional<PrincipalLimit> named(String word) {
        return Arrays.stream(values()).filter(limit -> limit.word.equals(word)).findFirst();
    }

    /** All words, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(PrincipalLimit::word).collect(Collectors.joining(", "));
    }

    /** The value that text means; empty if it means none. */
    public OptionalLong parse(String text) {
        try {
            return OptionalLong.of(
                    inBytes()
                            ? bytes().parse().apply(text)
                            : Kinds.integer(0, (int) most).parse().apply(text));
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    /** What a value must be, in words that follow "must be". */
    public String expected() {
        return inBytes() ? bytes().expected() : "a whole number from 0 to " + most;
    }

    /** Whether its value is a number of bytes. */
    public boolean inBytes() {
        return this == PENDING || this == LOG || this == DOCUMENT;
    }

    private static Kind<Long> bytes() {
        return Kinds.bytes(0);
    }
}
