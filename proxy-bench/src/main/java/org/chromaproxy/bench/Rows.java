package org.chromaproxy.bench;

import org.chromaproxy.bench.load.ClientForm;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Setting;
import org.chromaproxy.bench.row.real.CatchUpRow;
import org.chromaproxy.bench.row.real.ChromaWriteRow;
import org.chromaproxy.bench.row.real.ClientAddRow;
import org.chromaproxy.bench.row.real.CreateRow;
import org.chromaproxy.bench.row.real.IngestRow;
import org.chromaproxy.bench.row.real.NoisyTenantRow;
import org.chromaproxy.bench.row.stubbed.AddedLatencyRow;
import org.chromaproxy.bench.row.stubbed.FlatRow;
import org.chromaproxy.bench.row.stubbed.LoggedWriteRow;
import org.chromaproxy.bench.row.stubbed.ManyBehindRow;
import org.chromaproxy.bench.row.stubbed.MemoryRow;
import org.chromaproxy.bench.row.stubbed.ReadRow;
import org.chromaproxy.bench.row.stubbed.ScalingRow;
import org.chromaproxy.bench.row.stubbed.StartRow;

/** The rows of the table, as the command line names them. */
enum Rows {
    READS,
    CLIENT_READS,
    LOGGED_WRITES,
    CLIENT_LOGGED_WRITES,
    CHROMA_WRITES,
    CLIENT_ADDS,
    ADDED_LATENCY,
    CREATES,
    CATCH_UP,
    MANY_BEHIND,
    MEMORY,
    START,
    FLAT,
    INGEST,
    SCALING,
    NOISY_TENANT;

    Row make(Setting setting) {
        return switch (this) {
            case READS -> new ReadRow(setting, ClientForm.PLAIN);
            case CLIENT_READS -> new ReadRow(setting, ClientForm.PYTHON);
            case LOGGED_WRITES -> new LoggedWriteRow(setting, ClientForm.PLAIN);
            case CLIENT_LOGGED_WRITES -> new LoggedWriteRow(setting, ClientForm.PYTHON);
            case CHROMA_WRITES -> new ChromaWriteRow(setting);
            case CLIENT_ADDS -> new ClientAddRow(setting);
            case ADDED_LATENCY -> new AddedLatencyRow(setting);
            case CREATES -> new CreateRow(setting);
            case CATCH_UP -> new CatchUpRow(setting);
            case MANY_BEHIND -> new ManyBehindRow(setting);
            case MEMORY -> new MemoryRow(setting);
            case START -> new StartRow(setting);
            case FLAT -> new FlatRow(setting);
            case INGEST -> new IngestRow(setting);
            case SCALING -> new ScalingRow(setting);
            case NOISY_TENANT -> new NoisyTenantRow(setting);
        };
    }
}
