package org.chromaproxy.bench;

import java.util.function.Function;
import org.chromaproxy.bench.row.AddedLatencyRow;
import org.chromaproxy.bench.row.CatchUpRow;
import org.chromaproxy.bench.row.ChromaWriteRow;
import org.chromaproxy.bench.row.LoggedWriteRow;
import org.chromaproxy.bench.row.ReadRow;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Setting;

/** The rows of the table, as the command line names them. */
enum Rows {
    READS(ReadRow::new),
    LOGGED_WRITES(LoggedWriteRow::new),
    CHROMA_WRITES(ChromaWriteRow::new),
    ADDED_LATENCY(AddedLatencyRow::new),
    CATCH_UP(CatchUpRow::new);

    private final Function<Setting, Row> maker;

    Rows(Function<Setting, Row> maker) {
        this.maker = maker;
    }

    Row make(Setting setting) {
        return maker.apply(setting);
    }
}
