package org.chromaproxy.bench.row;

import java.net.URI;
import java.time.Duration;
import java.util.OptionalLong;
import org.chromaproxy.bench.load.Generator;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Wrk;
import org.chromaproxy.bench.process.Server;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Section;

/** Takes one measurement and files its figures. */
public final class Measure {
    public static final String RATE = "requests/s";
    public static final String P50 = "p50 (µs)";
    public static final String P99 = "p99 (µs)";
    static final String OFFERED = "open loop: offered/s";
    static final String OPEN_P50 = "open loop: p50 (µs)";
    public static final String OPEN_P99 = "open loop: p99 (µs)";
    public static final String CPU = "CPU (µs/request)";
    public static final String FAILED = "failed";

    private final Generator generator;
    private final Section section;

    public Measure(Generator generator, Section section) {
        this.generator = generator;
        this.section = section;
    }

    /** What is measured: where it listens, and the process whose processor time counts, if any. */
    public record Target(String name, URI url, OptionalLong pid) {
        public static Target of(String name, Server server) {
            return new Target(name, server.url(), OptionalLong.of(server.pid()));
        }

        double cpuSeconds() {
            return pid.isPresent() ? Usage.cpuSeconds(pid.getAsLong()) : 0;
        }
    }

    /** Runs a load and files rate, latencies, processor time and failures, the latencies for the picture too. */
    public LoadResult load(Target target, Load load) {
        LoadResult result = loadUnpictured(target, load);
        section.latencies(target.name(), result.latencies());
        return result;
    }

    /** The same without the picture. */
    public LoadResult loadUnpictured(Target target, Load load) {
        double cpu = target.cpuSeconds();
        LoadResult result = generator.run(load);
        file(target, result, target.cpuSeconds() - cpu);
        return result;
    }

    /** Runs a load and files nothing. */
    public LoadResult unfiled(Load load) {
        return generator.run(load);
    }

    /** Runs a closed loop, in slices of a few seconds, until it grows no faster; the rate it has then. Files nothing. */
    public double warmUp(URI url, RequestSource requests, Setting.Scale scale) {
        Load load = Load.closed(url, requests, scale.connections(), scale.warmUpSlice());
        return WarmUp.until(() -> generator.run(load).rate());
    }

    /** Requests due at a fixed rate: files latencies, counted from when they were due, beside those of closed loops. */
    public void openLoop(Target target, Load load) {
        LoadResult result = generator.run(load);
        section.samples().add(target.name(), OFFERED, load.rate());
        section.samples().add(target.name(), OPEN_P50, result.micros(50));
        section.samples().add(target.name(), OPEN_P99, result.micros(99));
        section.latencies(target.name(), result.latencies());
        noteFailures(target, result);
    }

    private void file(Target target, LoadResult result, double cpu) {
        section.samples().add(target.name(), RATE, result.rate());
        section.samples().add(target.name(), P50, result.micros(50));
        section.samples().add(target.name(), P99, result.micros(99));
        if (target.pid().isPresent() && result.answered() > 0) {
            section.samples().add(target.name(), CPU, cpu * 1e6 / result.answered());
        }
        section.samples().add(target.name(), FAILED, (double) result.failed());
        noteFailures(target, result);
    }

    private void noteFailures(Target target, LoadResult result) {
        if (result.failed() > 0) {
            section.note(target.name() + ": some requests failed; the figures of those rounds are not to be trusted.");
        }
    }

    /** The same as {@link #load} with wrk. */
    public Wrk.Result wrk(Target target, Wrk wrk, String path, int connections, Duration time) {
        double before = target.cpuSeconds();
        Wrk.Result result = wrk.run(target.url().resolve(path), connections, time);
        double cpu = target.cpuSeconds() - before;
        section.samples().add(target.name(), RATE, result.rate());
        section.samples().add(target.name(), P50, result.p50());
        section.samples().add(target.name(), P99, result.p99());
        if (target.pid().isPresent()) {
            section.samples().add(target.name(), CPU, cpu * 1e6 / Math.max(1, result.requests()));
        }
        section.samples().add(target.name(), FAILED, (double) result.errors());
        if (result.errors() > 0 || !result.trouble().isEmpty()) {
            section.note(target.name() + ": wrk saw errors: " + result.errors() + " " + result.trouble());
        }
        return result;
    }

    /** A closed loop with the usual number of connections. */
    public static Load closed(URI url, RequestSource requests, Setting.Scale scale) {
        return Load.closed(url, requests, scale.connections(), scale.time());
    }
}
