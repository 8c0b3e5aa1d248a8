package org.chromaproxy.bench.micro;

import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.route.Routes;
import org.chromaproxy.route.Segment;
import org.chromaproxy.route.UuidSwap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to put one UUID where another stands: in a path, in an answer, in an error's text? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class WhatASwapCosts {
    private final String uri = Paths.RECORDS + "/get";
    private final Segment segment = Routes.classify(HttpMethod.POST, uri).collection();
    private final byte[] collection = ("{\"id\":\"" + Paths.OTHER + "\",\"name\":\"a-name\",\"metadata\":null}")
            .getBytes(StandardCharsets.US_ASCII);
    private final byte[] error = ("{\"error\":\"NotFoundError\",\"message\":\"Collection [" + Paths.OTHER
                    + "] does not exist.\"}")
            .getBytes(StandardCharsets.US_ASCII);

    @Benchmark
    public String inPath() {
        return UuidSwap.swapSegment(uri, segment, Paths.OTHER);
    }

    @Benchmark
    public byte[] inCollection() {
        UuidSwap.swapAt(collection, 7, Paths.ID);
        return collection;
    }

    @Benchmark
    public int inErrorText() {
        return UuidSwap.swapAll(error, id -> Optional.of(id));
    }
}
