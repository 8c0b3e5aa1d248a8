package org.chromaproxy.bench;

import org.chromaproxy.bench.row.AddedLatencyRow;
import org.chromaproxy.bench.row.CatchUpRow;
import org.chromaproxy.bench.row.ChromaWriteRow;
import org.chromaproxy.bench.row.LoggedWriteRow;
import org.chromaproxy.bench.row.ReadRow;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Setting;

/** The rows of the table, as the command line names them. */
enum Rows {
    READS,
    LOGGED_WRITES,
    CHROMA_WRITES,
    ADDED_LATENCY,
    CATCH_UP;

    Row make(Setting setting) {
        return switch (this) {
            case READS -> new ReadRow(setting);
            case LOGGED_WRITES -> new LoggedWriteRow(setting);
            case CHROMA_WRITES -> new ChromaWriteRow(setting);
            case ADDED_LATENCY -> new AddedLatencyRow(setting);
            case CATCH_UP -> new CatchUpRow(setting);
        };
    }
}
