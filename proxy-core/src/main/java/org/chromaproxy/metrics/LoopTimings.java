package org.chromaproxy.metrics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.chromaproxy.route.RouteKind;

/** What one thread has measured: written by that thread alone, read by whoever scrapes. */
public final class LoopTimings {
    private final Map<RouteKind, Cell> requests = new EnumMap<>(RouteKind.class);
    private final Map<Stage, Cell> stages = new EnumMap<>(Stage.class);
    /** By index of the instance. */
    private final List<Cell> upstream;

    LoopTimings(int instances) {
        for (RouteKind kind : RouteKind.values()) {
            requests.put(kind, new Cell());
        }
        for (Stage stage : Stage.values()) {
            stages.put(stage, new Cell());
        }
        upstream = cells(instances);
    }

    private static List<Cell> cells(int instances) {
        List<Cell> cells = new ArrayList<>();
        IntStream.range(0, instances).forEach(i -> cells.add(new Cell()));
        return cells;
    }

    /**
     * A client's request has ended.
     *
     * @param status 0 if it was never answered
     */
    public void answered(RouteKind kind, int status, long nanos) {
        Cell cell = Objects.requireNonNull(requests.get(kind));
        cell.record(nanos);
        cell.count(status);
    }

    /** An instance has answered a request. */
    public void upstream(int instance, long nanos) {
        upstream.get(instance).record(nanos);
    }

    public void stage(Stage stage, long nanos) {
        Objects.requireNonNull(stages.get(stage)).record(nanos);
    }

    long ended(RouteKind kind, int statusClass) {
        return Objects.requireNonNull(requests.get(kind)).ended(statusClass);
    }

    /** Hands everything recorded since the last call over. */
    void drain(Timings to) {
        requests.forEach((kind, cell) -> cell.drain(interval -> to.request(kind).take(interval)));
        stages.forEach((stage, cell) -> cell.drain(interval -> to.stage(stage).take(interval)));
        for (int i = 0; i < upstream.size(); i++) {
            Series instance = to.upstream(i);
            upstream.get(i).drain(instance::take);
        }
    }
}
