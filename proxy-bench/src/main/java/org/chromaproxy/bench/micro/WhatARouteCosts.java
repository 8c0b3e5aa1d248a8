package org.chromaproxy.bench.micro;

import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.route.Route;
import org.chromaproxy.route.Routes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to know what a request line asks for? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class WhatARouteCosts {
    private final String get = Paths.RECORDS + "/get";
    private final String byName = Paths.COLLECTIONS + "/some-collection";
    private final String unknown = "/api/v2/tenants/default_tenant/elsewhere/default_database/collections";

    @Benchmark
    public Route ofRecordRead() {
        return Routes.classify(HttpMethod.POST, get);
    }

    @Benchmark
    public Route ofCollectionByName() {
        return Routes.classify(HttpMethod.GET, byName);
    }

    @Benchmark
    public Route ofUnknownPath() {
        return Routes.classify(HttpMethod.GET, unknown);
    }
}
