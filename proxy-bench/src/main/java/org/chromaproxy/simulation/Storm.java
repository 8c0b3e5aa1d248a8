package org.chromaproxy.simulation;

import java.util.function.BiConsumer;

/** The faults of a history, one after the other, until it is calm. */
final class Storm {
    /** How many of the servers that are killed come back with an older disk, if the others are well. */
    private static final double OLDER = 0.7;

    private final Timeline time;
    private final World world;
    private final Judge judge;
    /** Kills an owner; another begins later. */
    private final BiConsumer<Life, Chance> crash;
    /** Whether one fault comes upon the other. */
    private final boolean dense;

    private final OlderDisk olderDisk;

    private boolean calm;

    Storm(Timeline time, World world, BiConsumer<Life, Chance> crash) {
        this.time = time;
        this.world = world;
        this.judge = world.judge();
        this.crash = crash;
        this.olderDisk = new OlderDisk(time, world);
        this.dense = time.element("density").happens(0.2);
    }

    void begin() {
        next(1);
    }

    private void next(int number) {
        Chance own = time.element("fault", number);
        time.afterMs(dense ? own.between(50, 1_000) : own.between(300, 5_000), () -> {
            if (!calm) {
                if (!olderDisk.pending() && world.elements().has(Elements.Kind.FAULT, number)) {
                    trouble(own);
                }
                next(number + 1);
            }
        });
    }

    private void trouble(Chance own) {
        Temper.Trouble kind = world.temper().trouble(own);
        ModelServer server = world.server(own.below(world.servers().size()));
        switch (kind) {
            case WEATHER ->
                judge.fault("the weather changes: " + world.weather().change(own));
            case POISON -> poison(server, own);
            case KILL -> kill(server, own);
            case HANG -> hang(server, own);
            case DISK -> {
                judge.fault("the disk of " + server + " is full");
                server.sicken(true);
                time.afterMs(own.between(500, 20_000), () -> server.sicken(false));
            }
            case LOG -> log(own);
            case CRASH -> crash(own);
        }
    }

    private void hang(ModelServer server, Chance own) {
        if (server.up()) {
            judge.fault(server + " hangs");
            server.hang(true);
            time.afterMs(own.between(500, 20_000), () -> server.hang(false));
        }
    }

    private void poison(ModelServer server, Chance own) {
        String id = Client.id(world.temper().ids(), own);
        server.poison(id, own).ifPresent(name -> judge.fault(server + " fails at writes of " + id + " to " + name));
        time.afterMs(own.between(5_000, 40_000), server::heal);
    }

    private void log(Chance own) {
        switch (world.temper().log(own)) {
            case READS_FAIL -> {
                judge.fault("reads of the log fail");
                world.trouble(false, 0.3, 0);
            }
            case COMMITS_FAIL -> {
                judge.fault("commits fail");
                world.trouble(false, 0, 0.3);
            }
            case SLOW -> {
                judge.fault("commits are slow");
                world.trouble(true, 0, 0);
            }
        }
        time.afterMs(own.between(500, 15_000), () -> world.trouble(false, 0, 0));
    }

    private void kill(ModelServer server, Chance own) {
        if (server.up()) {
            judge.fault(server + " is killed");
            boolean others = olderDisk.possible(server);
            server.kill();
            Life life = world.life();
            if (life != null) {
                life.closed(server);
            }
            time.afterMs(own.between(100, 15_000), () -> {
                if (!server.up()) {
                    judge.note(() -> "-- " + server + " is started");
                    server.restart();
                }
            });
            if (own.happens(OLDER) && others) {
                olderDisk.lose(server, own);
            }
        }
    }

    /** The owner is killed, perhaps in the middle of a commit. */
    private void crash(Chance own) {
        Life life = world.life();
        if (life == null || !life.alive()) {
            return;
        }
        if (own.happens(0.5)) {
            life.log().inNextCommit(() -> crash(life, own));
        } else {
            crash(life, own);
        }
    }

    private void crash(Life life, Chance own) {
        if (life.alive() && !calm && !olderDisk.pending()) {
            judge.fault("the owner is killed");
            crash.accept(life, own);
        }
    }

    /** From now on all is well. */
    void end() {
        calm = true;
        judge.note(() -> "-- calm");
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
    }
}
