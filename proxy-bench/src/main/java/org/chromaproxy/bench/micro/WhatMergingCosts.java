package org.chromaproxy.bench.micro;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.chromaproxy.merge.RecordArrays;
import org.chromaproxy.merge.Splice;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to make one request of 64 single-record adds of 3.6 KB, and to know that they may be? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class WhatMergingCosts {
    private static final int WRITES = 64;

    private final List<byte[]> bodies =
            IntStream.range(0, WRITES).mapToObj(i -> Paths.add("record-" + i)).toList();
    private final List<RecordArrays> arrays =
            bodies.stream().map(body -> RecordArrays.of(body).orElseThrow()).toList();

    @Benchmark
    public Optional<RecordArrays> readingOneBody() {
        return RecordArrays.of(bodies.getFirst());
    }

    @Benchmark
    public byte[] splicing64Writes() {
        return Splice.of(arrays);
    }
}
