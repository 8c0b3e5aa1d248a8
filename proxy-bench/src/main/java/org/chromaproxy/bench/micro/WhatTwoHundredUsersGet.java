package org.chromaproxy.bench.micro;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.chromaproxy.bench.load.Requests;
import org.chromaproxy.bench.row.Chroma;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Use case 5, end to end: how long does each of 200 clients wait, 160 of which read a record and 40 add one, in 16
 * collections? The allocation rate is that of the clients in this JVM.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class WhatTwoHundredUsersGet {
    private static final int COLLECTIONS = 16;
    private static final int READERS = 160;
    private static final int WRITERS = 40;

    private final RealStack stack = RealStack.start();
    private final Chroma client = stack.client();
    private final List<String> paths = client.create("users", COLLECTIONS);
    private final AtomicLong requests = new AtomicLong();

    private String next(long number) {
        return paths.get((int) (number % COLLECTIONS));
    }

    @Benchmark
    @Group("together")
    @GroupThreads(READERS)
    public JsonNode read() {
        return client.post(
                next(requests.incrementAndGet()) + "/get", "{\"ids\":[\"first\"],\"include\":[\"documents\"]}");
    }

    @Benchmark
    @Group("together")
    @GroupThreads(WRITERS)
    public JsonNode add() {
        long number = requests.incrementAndGet();
        return client.post(next(number) + "/add", Requests.addBody(List.of("record-" + number)));
    }

    /** Ends all of it. */
    @TearDown
    public void close() {
        stack.close();
    }
}
