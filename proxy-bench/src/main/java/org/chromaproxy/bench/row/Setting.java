package org.chromaproxy.bench.row;

import java.time.Duration;
import org.chromaproxy.bench.load.Generator;
import org.chromaproxy.bench.process.LogDatabase;
import org.chromaproxy.bench.process.Servers;
import org.chromaproxy.bench.process.Tools;

/**
 * What all rows share.
 *
 * @param scale how long and how much
 */
public record Setting(Servers servers, LogDatabase database, Tools tools, Generator generator, Scale scale) {
    /**
     * How long and how much.
     *
     * @param time of one measurement
     * @param connections of closed loops
     * @param pending records that the returned replica has to catch up with
     */
    public record Scale(Duration time, int connections, int pending) {}
}
