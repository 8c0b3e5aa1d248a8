package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One history, made of one seed. */
final class Simulation {
    private static final long SETTLE_SECONDS = 1_200;
    private static final long LOOK_MS = 2_000;
    /** Far more than any history needs: beyond it something goes round and round. */
    private static final long MOST_EVENTS = 3_000_000;

    /**
     * What came of it.
     *
     * @param violation what must not be; null if all is well
     * @param events things that happened
     * @param faults things that the seed did to the proxy and its servers
     * @param diverged places that were flagged as different
     * @param lengthMs milliseconds until it was calm
     * @param digest of what happened when
     * @param elements what could be left out
     */
    record Result(
            long seed,
            @Nullable String violation,
            long events,
            int operations,
            int faults,
            int lives,
            long diverged,
            long lengthMs,
            long digest,
            List<String> elements,
            List<String> notes) {}

    private final long seed;
    private final Timeline time;
    private final Judge judge;
    private final World world;
    private final List<Client> clients = new ArrayList<>();
    private final Storm storm;
    private final long lengthMs;
    private int lives;

    private Simulation(long seed, Set<String> without, long mostMs, @Nullable Coverage coverage, boolean keeps) {
        this.seed = seed;
        time = new Timeline(seed);
        judge = new Judge(time, keeps);
        Faults.listenTo(text -> judge.note(() -> "    " + text));
        world = new World(time, judge, new Elements(without, keeps), coverage);
        storm = new Storm(time, world, this::crash);
        Chance chance = time.element("length");
        lengthMs = Math.min(
                mostMs, chance.happens(0.2) ? chance.between(60_000, 150_000) : chance.between(15_000, 60_000));
    }

    static Result run(long seed) {
        return run(seed, Set.of(), Long.MAX_VALUE);
    }

    /** The same; what meets the lanes is counted. */
    static Result run(long seed, Coverage coverage) {
        return new Simulation(seed, Set.of(), Long.MAX_VALUE, coverage, true).run();
    }

    /** The same for whoever only asks what came of it: neither notes nor elements are kept. */
    static Result outcome(long seed, @Nullable Coverage coverage) {
        return new Simulation(seed, Set.of(), Long.MAX_VALUE, coverage, false).run();
    }

    /**
     * The history of that seed without some of its elements, and with a shorter time until it is calm; called by name, too, in a world
     * of changed classes.
     *
     * @param mostMs milliseconds until it is calm, at most
     */
    static Result run(long seed, Set<String> without, long mostMs) {
        return new Simulation(seed, without, mostMs, null, true).run();
    }

    private Result run() {
        String violation = null;
        Faults.clear();
        try {
            play();
        } catch (Violation e) {
            violation = e.getMessage();
            judge.note(() -> "VIOLATION " + e.getMessage());
            if (e.getCause() != null) {
                java.io.StringWriter text = new java.io.StringWriter();
                e.getCause().printStackTrace(new java.io.PrintWriter(text));
                judge.note(text::toString);
            }
        } catch (RuntimeException | StackOverflowError e) {
            violation = "it ends by " + e;
            judge.note(() -> "VIOLATION it ends by " + e);
        }
        int operations = clients.stream().mapToInt(Client::operations).sum();
        long diverged = world.log().mappings().stream()
                .flatMap(mapping -> mapping.places().values().stream())
                .filter(place -> place.state() != org.chromaproxy.wal.record.Mapping.PlaceState.READY)
                .count();
        return new Result(
                seed,
                violation,
                time.count(),
                operations,
                judge.faults(),
                lives,
                diverged,
                lengthMs,
                time.digest(),
                world.elements().met(),
                judge.notes());
    }

    private void play() {
        begin();
        int many = 2 + time.element("clients").below(4);
        for (int i = 0; i < many; i++) {
            if (world.elements().has(Elements.Kind.CLIENT, i)) {
                Client client = new Client(i, time, world);
                clients.add(client);
                client.start();
            }
        }
        storm.begin();
        until(time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lengthMs));
        storm.end();
        clients.forEach(Client::end);
        settle();
        new Reckoning(world).demand();
        List<String> faults = Faults.take();
        if (!faults.isEmpty()) {
            throw new Violation("the proxy failed: " + faults);
        }
    }

    private void begin() {
        lives++;
        world.begin();
    }

    private void until(long end) {
        while (time.nanoTime() < end) {
            step();
        }
    }

    private void step() {
        if (time.count() > MOST_EVENTS) {
            throw new Violation("it goes on for ever");
        }
        time.step();
    }

    /** The owner is killed; another takes over when nothing of it can arrive any more. */
    private void crash(Life life, Chance chance) {
        life.kill();
        clients.forEach(Client::lost);
        time.afterMs(chance.between(300, 8_000), this::begin);
    }

    private void settle() {
        Reckoning reckoning = new Reckoning(world);
        long end = time.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        String left = "the clients";
        while (time.nanoTime() < end) {
            until(time.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
            Life life = world.life();
            if (life != null && life.serves() && clients.stream().allMatch(Client::ended)) {
                Optional<String> unsettled = reckoning.unsettled(life);
                if (unsettled.isEmpty()) {
                    return;
                }
                left = unsettled.get();
            }
        }
        Life life = world.life();
        if (life != null) {
            reckoning.standings(life).forEach(standing -> judge.note(() -> standing));
        }
        throw new Violation("not settled after " + SETTLE_SECONDS + " s of calm: " + left);
    }
}
