package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     */
    record Result(
            long seed,
            @Nullable String violation,
            long events,
            int operations,
            int faults,
            int lives,
            long diverged,
            List<String> notes) {}

    private final long seed;
    private final Timeline time;
    private final Judge judge;
    private final World world;
    private final List<Client> clients = new ArrayList<>();
    /** Whether one fault comes upon the other. */
    private final boolean dense;

    private int lives;
    private boolean calm;

    private Simulation(long seed, @Nullable Coverage coverage) {
        this.seed = seed;
        time = new Timeline(seed);
        judge = new Judge(time);
        Faults.listenTo(text -> judge.note("    " + text));
        dense = time.chance(0.2);
        world = new World(time, judge, 2 + (time.chance(0.3) ? 1 : 0), coverage);
    }

    static Result run(long seed) {
        return new Simulation(seed, null).run();
    }

    /** The same; what meets the lanes is counted. */
    static Result run(long seed, Coverage coverage) {
        return new Simulation(seed, coverage).run();
    }

    /** Called by name, in a world of changed classes. */
    static @Nullable String violation(long seed) {
        Faults.listen(false);
        return run(seed).violation();
    }

    private Result run() {
        String violation = null;
        Faults.clear();
        try {
            play();
        } catch (Violation e) {
            violation = e.getMessage();
            judge.note("VIOLATION " + violation);
            if (e.getCause() != null) {
                java.io.StringWriter text = new java.io.StringWriter();
                e.getCause().printStackTrace(new java.io.PrintWriter(text));
                judge.note(text.toString());
            }
        } catch (RuntimeException | StackOverflowError e) {
            violation = "it ends by " + e;
            judge.note("VIOLATION " + violation);
        }
        int operations = clients.stream().mapToInt(Client::operations).sum();
        long diverged = world.log().mappings().stream()
                .flatMap(mapping -> mapping.places().values().stream())
                .filter(place -> place.state() != org.chromaproxy.wal.record.Mapping.PlaceState.READY)
                .count();
        return new Result(seed, violation, time.count(), operations, judge.faults(), lives, diverged, judge.notes());
    }

    private void play() {
        begin();
        int many = 2 + time.below(4);
        for (int i = 0; i < many; i++) {
            Client client = new Client(i, time, world);
            clients.add(client);
            client.start();
        }
        storm();
        long end = time.nanoTime()
                + TimeUnit.SECONDS.toNanos(time.chance(0.1) ? time.between(60, 150) : time.between(15, 60));
        until(end);
        calm();
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

    /** One trouble after the other, until it is calm. */
    private void storm() {
        time.afterMs(dense ? time.between(50, 1_000) : time.between(300, 5_000), () -> {
            if (!calm) {
                trouble();
                storm();
            }
        });
    }

    private void trouble() {
        int kind = time.below(100);
        ModelServer server = world.server(time.below(world.servers().size()));
        if (kind < 35) {
            judge.fault("the weather changes: " + world.weather().change());
        } else if (kind < 40) {
            poison(server);
        } else if (kind < 60) {
            kill(server);
        } else if (kind < 68 && server.up()) {
            judge.fault(server + " hangs");
            server.hang(true);
            time.afterMs(time.between(500, 20_000), () -> server.hang(false));
        } else if (kind < 74) {
            judge.fault("the disk of " + server + " is full");
            server.sicken(true);
            time.afterMs(time.between(500, 20_000), () -> server.sicken(false));
        } else if (kind < 84) {
            troubleLog();
        } else {
            crash();
        }
    }

    private void poison(ModelServer server) {
        String id = Client.id(time);
        server.poison(id).ifPresent(name -> judge.fault(server + " fails at writes of " + id + " to " + name));
        time.afterMs(time.between(5_000, 40_000), server::heal);
    }

    private void troubleLog() {
        switch (time.below(4)) {
            case 0 -> {
                judge.fault("reads of the log fail");
                world.trouble(false, 0.3, 0);
            }
            case 1 -> {
                judge.fault("commits fail");
                world.trouble(false, 0, 0.3);
            }
            default -> {
                judge.fault("commits are slow");
                world.trouble(true, 0, 0);
            }
        }
        time.afterMs(time.between(500, 5_000), () -> world.trouble(false, 0, 0));
    }

    private void kill(ModelServer server) {
        if (server.up()) {
            judge.fault(server + " is killed");
            server.kill();
            time.afterMs(time.between(100, 15_000), () -> {
                if (!server.up()) {
                    judge.note("-- " + server + " is started");
                    server.restart();
                }
            });
        }
    }

    /** The owner is killed, perhaps in the middle of a commit; another takes over when nothing of it can arrive any more. */
    private void crash() {
        Life life = world.life();
        if (life == null || !life.alive()) {
            return;
        }
        if (time.chance(0.5)) {
            life.log().inNextCommit(() -> crash(life));
        } else {
            crash(life);
        }
    }

    private void crash(Life life) {
        if (life.alive() && !calm) {
            judge.fault("the owner is killed");
            life.kill();
            clients.forEach(Client::lost);
            time.afterMs(time.between(300, 8_000), this::begin);
        }
    }

    private void calm() {
        calm = true;
        judge.note("-- calm");
        world.weather().clear();
        world.trouble(false, 0, 0);
        world.servers().forEach(server -> {
            server.hang(false);
            server.sicken(false);
            server.heal();
            if (!server.up()) {
                server.restart();
            }
        });
        clients.forEach(Client::end);
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
        throw new Violation("not settled after " + SETTLE_SECONDS + " s of calm: " + left);
    }
}
