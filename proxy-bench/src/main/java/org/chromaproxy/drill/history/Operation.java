package org.chromaproxy.drill.history;

import java.util.List;
import java.util.Optional;

/**
 * One operation of a client, with every attempt at it.
 *
 * @param id its number, unique in the run
 * @param collection public id of the collection it addresses; empty where it makes one
 */
public record Operation(long id, int client, Kind kind, String collection, Request request, List<Attempt> attempts) {
    public Operation {
        attempts = List.copyOf(attempts);
    }

    public long begin() {
        return attempts.getFirst().begin();
    }

    public long end() {
        return attempts.getLast().end();
    }

    /** The first answer that says it was done. */
    public Optional<Attempt> acknowledged() {
        return attempts.stream().filter(Attempt::success).findFirst();
    }

    /** The first answer that settles it: done, or refused for good. */
    public Optional<Attempt> settled() {
        return attempts.stream().filter(a -> a.success() || a.refused()).findFirst();
    }

    /** The number in a path's {@code op} parameter; -1 when it has none. */
    public static long idIn(String path) {
        int at = path.indexOf("?op=");
        return at < 0 ? -1 : Long.parseLong(path.substring(at + 4));
    }
}
