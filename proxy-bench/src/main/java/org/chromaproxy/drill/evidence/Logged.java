package org.chromaproxy.drill.evidence;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;

/**
 * One record of the log.
 *
 * @param path path and query as the client sent them
 * @param body as the client sent it
 */
public record Logged(long lsn, OpKind kind, Subject subject, String path, String body, Fate fate) {
    /** What a write of records leaves in the metadata of each. */
    private static final Pattern WRITER = Pattern.compile("\"[uv]\":(\\d+)");

    /**
     * What became of it.
     *
     * @param state of its outcome row; empty without one: then it was applied, once all is at rest
     * @param status what the client was to be told; 0 without an outcome row
     * @param transaction the client's own transaction id; empty without one
     * @param resolution the body sent to the instances instead of its own; empty for none
     */
    public record Fate(String state, int status, String transaction, String resolution) {}

    /** Refused or given up: without effect. */
    public boolean withoutEffect() {
        return fate.state().equals("FAILED") || fate.state().equals("ABANDONED");
    }

    public boolean undecided() {
        return fate.state().equals("PENDING_RECOVERY") || fate.state().equals("ATTEMPTING");
    }

    /** A record of the proxy's own making: for one instance only. */
    public boolean addressed() {
        return !subject.target().isEmpty();
    }

    /** The number of the operation that a client did, by its path or by the records it writes; -1 when no client did it. */
    public long operation() {
        long named = Operation.idIn(path);
        if (named >= 0 || addressed()) {
            return named;
        }
        Matcher writer = WRITER.matcher(body);
        return writer.find() ? Long.parseLong(writer.group(1)) : -1;
    }

    /** Public id of the collection it is about. */
    public String collection() {
        return subject.collection().toString();
    }

    /** The path's last segment: the operation, or a name. */
    public String lastSegment() {
        int query = path.indexOf('?');
        String plain = query < 0 ? path : path.substring(0, query);
        return plain.substring(plain.lastIndexOf('/') + 1);
    }
}
