package org.chromaproxy.bench.micro;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.catalog.Catalog;
import org.chromaproxy.catalog.CollectionEntry;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.wal.record.Mapping;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to find a collection, and does it grow with their number? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class WhatALookUpCosts {
    @Param({"10", "10000", "100000"})
    private int collections;

    private final Catalog catalog = new Catalog(
            new Instances(List.of(
                    new Instance("primary", 0, URI.create("http://127.0.0.1:8001")),
                    new Instance("replica", 1, URI.create("http://127.0.0.1:8002")))),
            Set.of("global"));
    private String publicId = "";
    private String instanceId = "";
    private String name = "";

    /** Fills the catalog. */
    @Setup
    public void fill() {
        for (int i = 0; i < collections; i++) {
            UUID id = UUID.randomUUID();
            UUID there = UUID.randomUUID();
            Mapping.Path path = new Mapping.Path(Paths.TENANT, Paths.DATABASE, "collection-" + i);
            Mapping.Place place = new Mapping.Place(there, Mapping.PlaceState.READY, "");
            catalog.put(new Mapping(id, path, i + 1, 0, Instant.EPOCH, Map.of("primary", place)));
            if (i == collections / 2) {
                publicId = id.toString();
                instanceId = there.toString();
                name = path.name();
            }
        }
    }

    @Benchmark
    public Optional<CollectionEntry> byPublicId() {
        return catalog.resolve(Paths.TENANT, Paths.DATABASE, publicId);
    }

    @Benchmark
    public Optional<CollectionEntry> byInstanceId() {
        return catalog.resolve(Paths.TENANT, Paths.DATABASE, instanceId);
    }

    @Benchmark
    public Optional<CollectionEntry> byName() {
        return catalog.resolve(Paths.TENANT, Paths.DATABASE, name);
    }
}
