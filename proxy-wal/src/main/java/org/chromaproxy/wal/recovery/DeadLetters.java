package org.chromaproxy.wal.recovery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.chromaproxy.wal.store.query.DeadLetterSql;
import org.chromaproxy.wal.store.query.DeadLetterSql.Letter;

/** Records that were given up, for operators to decide about. Blocks, like everything that reads the log. */
public final class DeadLetters {
    public static final String RETRY = "retry";
    public static final String DISCARD = "discard";

    private final DeadLetterSql sql;
    private final long epoch;

    public DeadLetters(DeadLetterSql sql, long epoch) {
        this.sql = sql;
        this.epoch = epoch;
    }

    /** A page, newest first; {@code all} includes those somebody has decided about. */
    public List<Letter> page(boolean all, int limit, int offset) {
        return sql.letters(all, limit, offset);
    }

    /** The undecided ones given up longer than {@code age} ago by PostgreSQL's clock, oldest first. */
    public List<Letter> openLongerThan(Duration age, int limit) {
        return sql.openLongerThan(age, limit);
    }

    public Optional<Letter> letter(long lsn) {
        return sql.letter(lsn).stream().findFirst();
    }

    public long count(boolean all) {
        return sql.count(all);
    }

    /** It was appended anew; false when this proxy does not own the log any more. */
    public boolean retried(long lsn, long as) {
        return sql.mark(lsn, RETRY, OptionalLong.of(as), epoch);
    }

    /** It is not to be executed; false when this proxy does not own the log any more. */
    public boolean discarded(long lsn) {
        return sql.mark(lsn, DISCARD, OptionalLong.empty(), epoch);
    }

    /** Hides all errors of now from the list of errors; returns how many. */
    public int clearErrors() {
        return sql.clearErrors(epoch);
    }
}
