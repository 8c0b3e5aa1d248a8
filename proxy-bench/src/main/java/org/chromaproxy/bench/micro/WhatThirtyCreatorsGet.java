package org.chromaproxy.bench.micro;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.bench.process.BenchException;
import org.chromaproxy.bench.row.Chroma;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Use case 4, end to end: how long does each of 30 clients wait that create collections at once, and are all of them there
 * afterwards? The allocation rate is that of the clients in this JVM.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Threads(30)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class WhatThirtyCreatorsGet {
    private final AtomicInteger created = new AtomicInteger();
    private final RealStack stack = RealStack.start();
    private final Chroma client = stack.client();

    /** Makes one more, as every creation is to be like the others. */
    @Setup
    public void begin() {
        create();
    }

    @Benchmark
    public String create() {
        String name = "creation-" + created.incrementAndGet();
        return client.post(Chroma.COLLECTIONS, "{\"name\":\"" + name + "\"}")
                .path("id")
                .asText();
    }

    /** Counts them, then ends all of it. */
    @TearDown
    public void close() {
        try (stack) {
            long there = client.collections();
            if (there != created.get()) {
                throw new BenchException(created + " collections were created, and there are " + there);
            }
        }
    }
}
