package org.chromaproxy.lane;

import org.jspecify.annotations.Nullable;

/** What a lane does next with the record at its head. */
sealed interface Plan {
    /**
     * Sends it: method and path as this instance knows them.
     *
     * @param body what is sent instead of the record's body; null for that
     */
    record Send(String method, String path, byte @Nullable [] body) implements Plan {
        /** The same with the record's own body. */
        Send(String method, String path) {
            this(method, path, null);
        }
    }

    /** A create, as it was logged. */
    static Plan create(Write write) {
        return new Send("POST", write.record().content().request().path());
    }

    /** Nothing to do on this instance: it is done already, or its collection is gone there. */
    record Skip() implements Plan {}

    /** Not yet: something else wakes this lane. */
    record Wait() implements Plan {}

    /** The proxy refuses it without asking an instance. Leader only. */
    record Refuse(WriteResult result) implements Plan {}

    /** The instance does not hold what the catalog says it holds. */
    record Diverge(String reason) implements Plan {}

    Plan SKIP = new Skip();
    Plan WAIT = new Wait();
}
