package org.chromaproxy.bench.micro;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.scan.Footprint;
import org.chromaproxy.scan.IdScan;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to know which ids a write touches? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class WhatFindingIdsCosts {
    private final byte[] one = Paths.add("record-1");
    private final byte[] hundred = Requests.addBody(
                    IntStream.range(0, 100).mapToObj(i -> "record-" + i).toList())
            .getBytes(StandardCharsets.UTF_8);
    private final byte[] idsLast = new String(one, StandardCharsets.UTF_8)
            .replace("\"ids\":[\"record-1\"],", "")
            .replaceFirst("}$", ",\"ids\":[\"record-1\"]}")
            .getBytes(StandardCharsets.UTF_8);

    @Benchmark
    public Footprint ofOneRecord() {
        return IdScan.of(one);
    }

    @Benchmark
    public Footprint ofHundredRecords() {
        return IdScan.of(hundred);
    }

    @Benchmark
    public Footprint behindTheEmbeddings() {
        return IdScan.of(idsLast);
    }
}
