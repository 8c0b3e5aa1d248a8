package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.chromaproxy.local.ChromaRelease;
import org.jspecify.annotations.Nullable;

/** What is there beside the processes: servers, log, weather; and who judges all that happens. */
final class World {
    private static final int MOST_SERVERS = 3;
    /** How many histories have servers of either release. */
    private static final double MIXED = 0.25;

    private final Timeline time;
    private final Judge judge;
    private final Temper temper;
    private final Weather weather;
    private final DurableLog log = new DurableLog();
    private final Bodies bodies = new Bodies();
    private final List<ModelServer> servers = new ArrayList<>();
    private final int merged;
    private final long lingerMs;
    private @Nullable Life life;
    private boolean slow;
    private double readFailures;
    private double commitFailures;
    private int lives;
    private long takenOverAt;
    private final LaneObserver observer;
    private final Elements elements;
    private final Map<Long, Integer> requests = HashMap.newHashMap(4_000);

    /** @param coverage what meets the lanes is counted there; null if nobody asks */
    World(Timeline time, Judge judge, Elements elements, @Nullable Coverage coverage) {
        judge.watch(this);
        this.elements = elements;
        this.time = time;
        this.judge = judge;
        this.temper = new Temper(time.element("temper"));
        this.weather = new Weather(temper.fates());
        this.observer = new LaneObserver(time, this, coverage);
        Chance own = time.element("world");
        merged = own.happens(0.3) ? 1 : 20;
        lingerMs = own.happens(0.5) ? 0 : 50;
        int instances = own.happens(0.3) ? MOST_SERVERS : MOST_SERVERS - 1;
        boolean mixed = time.element("releases").happens(MIXED);
        String[] names = {"primary", "replica", "third"};
        for (int i = 0; i < instances; i++) {
            servers.add(new ModelServer(names[i], release(mixed, i), time, judge, bodies));
        }
    }

    private ChromaRelease release(boolean mixed, int server) {
        return mixed && time.element("release", server).happens(0.5) ? ChromaRelease.OLDEST : ChromaRelease.NEWEST;
    }

    /** Another process owns the log from now on. */
    Life begin() {
        // What was executed for an owner before is not known to this one, which could not have it compared.
        servers.forEach(server -> server.disk().force());
        Life begun = new Life(time, this);
        life = begun;
        lives++;
        takenOverAt = time.nanoTime();
        judge.begins("a process begins at LSN " + log.lastLsn() + ", low water " + log.lowWater());
        observer.met(begun, LaneEvent.OWNER_STARTED);
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

    /** What is in the bodies of requests and records. */
    Bodies bodies() {
        return bodies;
    }

    /** What of all there is more, and less. */
    Temper temper() {
        return temper;
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

    /** What of the history happens. */
    Elements elements() {
        return elements;
    }

    /** How often a request like that was sent before. */
    int count(long request) {
        return requests.merge(request, 1, Integer::sum);
    }

    /** Who sees what meets the lanes. */
    LaneObserver observer() {
        return observer;
    }

    /** For how many nanoseconds the owner has been one that took over from another; a great many if it is the first. */
    long takenOverNanos() {
        return lives > 1 ? time.nanoTime() - takenOverAt : Long.MAX_VALUE;
    }

    /**
     * Commits take long, reads of the log fail, or commits do, for a while.
     *
     * @param failingReads how likely a read is to fail
     * @param failingCommits how likely a commit is to fail, durable or not
     */
    void trouble(boolean slowCommits, double failingReads, double failingCommits) {
        slow = slowCommits;
        readFailures = failingReads;
        commitFailures = failingCommits;
    }

    boolean slow() {
        return slow;
    }

    long commitNanos() {
        Chance own = time.here("commit time");
        return slow ? TimeUnit.MILLISECONDS.toNanos(own.between(20, 3_000)) : own.between(200_000, 4_000_000);
    }

    double readFailures() {
        return readFailures;
    }

    double commitFailures() {
        return commitFailures;
    }
}
