package org.chromaproxy.wal.store;

import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** PostgreSQL did not do what it was asked. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a caller can do about it. */
    public enum Kind {
        /** The connection, the server or a resource is gone for now: reconnect and try again. */
        LOST,
        /** The data itself is refused: the same statement will fail again. */
        DATA
    }

    private final Kind kind;

    private StoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(DatabaseTarget.withoutOptions(message), cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** A loss that no SQL exception tells of. */
    public static StoreException lost(String message) {
        return new StoreException(Kind.LOST, message, null);
    }

    static StoreException lost(String message, Throwable cause) {
        return new StoreException(Kind.LOST, message + ": " + cause.getMessage(), cause);
    }

    static StoreException of(String doing, SQLException cause) {
        return new StoreException(classify(cause), doing + ": " + cause.getMessage(), cause);
    }

    /**
     * Classes 22 (data), 23 (constraint) and 54 (a limit, such as a key too long for its index) are about the data, except on the log's own tables: a duplicate LSN or
     * batch number there is a batch that was committed after all, a missing segment is one to create; both are found out on
     * reconnecting.
     */
    private static Kind classify(SQLException failure) {
        String state = Objects.requireNonNullElse(failure.getSQLState(), "");
        if (state.startsWith("22") || state.startsWith("54")) {
            return Kind.DATA;
        }
        if (state.startsWith("23") && !table(failure).startsWith("log_")) {
            return Kind.DATA;
        }
        return Kind.LOST;
    }

    private static String table(SQLException failure) {
        ServerErrorMessage message = failure instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
        String table = message == null ? null : message.getTable();
        return table == null ? "" : table;
    }
}
