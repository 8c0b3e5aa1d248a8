package org.chromaproxy.bench.row;

import java.net.URI;
import java.util.OptionalLong;
import org.chromaproxy.bench.load.Generator;
import org.chromaproxy.bench.load.Load;
import org.chromaproxy.bench.load.LoadResult;
import org.chromaproxy.bench.load.RequestSource;
import org.chromaproxy.bench.load.Wrk;
import org.chromaproxy.bench.process.Usage;
import org.chromaproxy.bench.report.Section;

/** Takes one measurement and files its figures. */
final class Measure {
    static final String RATE = "requests/s";
    static final String P50 = "p50 (µs)";
    static final String P99 = "p99 (µs)";
    static final String CPU = "CPU (µs/request)";
    static final String FAILED = "failed";

    private final Generator generator;
    private final Section section;

    Measure(Generator generator, Section section) {
        this.generator = generator;
        this.section = section;
    }

    /** What is measured: where it listens, and the process whose processor time counts, if any. */
    record Target(String name, URI url, OptionalLong pid) {
        double cpuSeconds() {
            return pid.isPresent() ? Usage.cpuSeconds(pid.getAsLong()) : 0;
        }
    }

    /** Runs a load and files rate, latencies, processor time and failures. */
    LoadResult load(Target target, Load load) {
        double cpu = target.cpuSeconds();
        LoadResult result = generator.run(load);
        file(target, result, target.cpuSeconds() - cpu);
        return result;
    }

    /** Runs a load and files nothing. */
    LoadResult warmUp(Load load) {
        return generator.run(load);
    }

    private void file(Target target, LoadResult result, double cpu) {
        section.samples().add(target.name(), RATE, result.rate());
        section.samples().add(target.name(), P50, result.micros(50));
        section.samples().add(target.name(), P99, result.micros(99));
        if (target.pid().isPresent() && result.answered() > 0) {
            section.samples().add(target.name(), CPU, cpu * 1e6 / result.answered());
        }
        section.samples().add(target.name(), FAILED, (double) result.failed());
        section.latencies(target.name(), result.latencies());
        if (result.failed() > 0) {
            section.note(target.name() + ": some requests failed; the figures of those rounds are not to be trusted.");
        }
    }

    /** The same with wrk. */
    Wrk.Result wrk(Target target, Wrk wrk, String path, Setting.Scale scale) {
        double before = target.cpuSeconds();
        Wrk.Result result = wrk.run(target.url().resolve(path), scale.connections(), scale.time());
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
    static Load closed(URI url, RequestSource requests, Setting.Scale scale) {
        return Load.closed(url, requests, scale.connections(), scale.time());
    }
}
