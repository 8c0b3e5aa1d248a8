package org.chromaproxy.bench.row;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.chromaproxy.bench.load.ClientForm;
import org.chromaproxy.bench.load.Generator;
import org.chromaproxy.bench.load.Wrk;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.process.LogDatabase;
import org.chromaproxy.bench.process.Servers;
import org.chromaproxy.bench.process.Tools;

/**
 * What all rows share.
 *
 * @param scale how long and how much
 */
public record Setting(Servers servers, LogDatabase database, Tools tools, Generator generator, Scale scale) {
    /** wrk, sending that client's gets; empty if it is not installed. */
    public Optional<Wrk> wrk(ClientForm form) {
        return tools.wrk().map(program -> {
            try {
                return new Wrk(program, servers.file("wrk.lua"), form);
            } catch (IOException e) {
                throw new BenchException("cannot write wrk's script", e);
            }
        });
    }

    /**
     * How long and how much.
     *
     * @param time of one measurement
     * @param connections of closed loops
     * @param pending records that the returned replica has to catch up with
     * @param collections where many are compared with few
     * @param behind collections that a replica has missed writes of
     * @param crowd connections where many are compared with few
     */
    public record Scale(Duration time, int connections, int pending, int collections, int behind, int crowd) {
        private static final Duration SLICE = Duration.ofSeconds(3);

        /** How long one slice of a warm-up takes. */
        public Duration warmUpSlice() {
            return time.compareTo(SLICE) < 0 ? time : SLICE;
        }
    }
}
