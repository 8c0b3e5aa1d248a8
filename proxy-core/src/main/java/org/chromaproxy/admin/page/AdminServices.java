package org.chromaproxy.admin.page;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chromaproxy.adopt.Repairs;
import org.chromaproxy.adopt.Stranger;
import org.chromaproxy.config.Config;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.health.HealthChecker;
import org.chromaproxy.lane.LaneRegistry;
import org.chromaproxy.lane.LaneServices;
import org.chromaproxy.reload.ReloadReport;
import org.chromaproxy.tls.TlsSides;
import org.chromaproxy.upstream.UpstreamClient;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.append.LogWriter;
import org.chromaproxy.wal.recovery.DeadLetters;
import org.chromaproxy.wal.recovery.LogReader;
import org.chromaproxy.wal.recovery.OperatorQueries;
import org.chromaproxy.wal.recovery.Retention;

/** What the operators' endpoints need of the rest of the proxy. Thread-safe. */
public record AdminServices(
        LaneServices proxy,
        UpstreamClient upstream,
        LaneRegistry lanes,
        ExchangeServices.Admission admission,
        Log log,
        Hooks hooks,
        Settings settings) {

    /** The log this proxy owns, as operators see it. */
    public record Log(
            LogWriter writer, LogReader reader, OperatorQueries queries, Retention retention, DeadLetters letters) {}

    /**
     * What other parts do on an operator's behalf.
     *
     * @param health probes instances, and takes operators' orders about them
     * @param recheck begins adoption's regular look, copies and comparisons now rather than at its next turn
     * @param completeMappings runs adoption again, copying what is on one instance only; completes with what came of it
     * @param repairs replaces what differs on an instance
     * @param strangers what adoption last found on instances that is not as the catalog says; never blocks
     */
    public record Hooks(
            HealthChecker health,
            Runnable recheck,
            Supplier<CompletionStage<String>> completeMappings,
            Supplier<List<Stranger>> strangers,
            Repairs repairs) {}

    /**
     * What the proxy was told to be.
     *
     * @param config as it holds now
     * @param reload reads it again; blocking
     * @param database where the log lives, as host and name; from an address given here everything else is cut off
     * @param tls whose handshakes are counted
     */
    public record Settings(Supplier<Config> config, Supplier<ReloadReport> reload, String database, TlsSides tls) {
        private static final String HOST = "(?:[\\w.-]+|\\[[0-9a-fA-F:]+])(?::\\d+)?";
        /** Anything that does not look exactly like this could hide a password in an unexpected place. */
        private static final Pattern ADDRESS = Pattern.compile("(?:(?:jdbc:)?postgres(?:ql)?://(?:[^@/?]*@)?)?" + "("
                + HOST + "(?:," + HOST + ")*(?:/[\\w.%-]*)?)(?:\\?[^@]*)?");

        public Settings {
            Matcher matcher = ADDRESS.matcher(database);
            database = matcher.matches() ? matcher.group(1) : "PostgreSQL (address not shown)";
        }

        /** Without TLS. */
        public Settings(Supplier<Config> config, Supplier<ReloadReport> reload, String database) {
            this(config, reload, database, TlsSides.NONE);
        }

        public Config.Limits limits() {
            return config.get().limits();
        }

        public Config.Timing timing() {
            return config.get().timing();
        }
    }

    /** Whether this proxy takes writes: it owns the log, knows so, and the log commits. */
    public boolean logReady() {
        return log.writer().state() == LogState.OPEN && admission.serving().getAsBoolean();
    }

    /** Writes not yet applied everywhere, those still waiting for the log included. */
    public long pendingWrites() {
        return proxy.stats().pending() + log.writer().queuedRecords();
    }
}
