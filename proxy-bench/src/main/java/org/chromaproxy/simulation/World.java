package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is there beside the processes: servers, log, weather; and who judges all that happens. */
final class World {
    private final Timeline time;
    private final Judge judge;
    private final Weather weather;
    private final DurableLog log = new DurableLog();
    private final List<ModelServer> servers = new ArrayList<>();
    private final int merged;
    private final long lingerMs;
    private @Nullable Life life;
    private boolean slow;
    private double readFailures;

    World(Timeline time, Judge judge, int instances) {
        this.time = time;
        this.judge = judge;
        this.weather = new Weather(time);
        String[] names = {"primary", "replica", "third"};
        for (int i = 0; i < instances; i++) {
            servers.add(new ModelServer(names[i], time, judge));
        }
        merged = time.chance(0.3) ? 1 : 20;
        lingerMs = time.chance(0.5) ? 0 : 50;
    }

    /** Another process owns the log from now on. */
    Life begin() {
        Life begun = new Life(time, this);
        life = begun;
        judge.note("a process begins at LSN " + log.lastLsn() + ", low water " + log.lowWater());
        return begun;
    }

    @Nullable
    Life life() {
        return life;
    }

    List<ModelServer> servers() {
        return servers;
    }

    ModelServer server(int index) {
        return servers.get(index);
    }

    DurableLog log() {
        return log;
    }

    Weather weather() {
        return weather;
    }

    Judge judge() {
        return judge;
    }

    /** Records that become one request at most. */
    int merged() {
        return merged;
    }

    long lingerMs() {
        return lingerMs;
    }

    /** Commits take long, and reads of the log fail, for a while. */
    void trouble(boolean slowCommits, double failures) {
        slow = slowCommits;
        readFailures = failures;
    }

    long commitNanos() {
        return slow ? TimeUnit.MILLISECONDS.toNanos(time.between(20, 3_000)) : time.between(200_000, 4_000_000);
    }

    double readFailures() {
        return readFailures;
    }
}
