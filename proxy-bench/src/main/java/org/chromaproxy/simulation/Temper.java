package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.wal.record.OpKind;

/**
 * What a history has more of than others, and what it lacks. Where everything is as likely as on average, what needs four rare things at
 * once is met in one history of 50,000; where the others are left out, in one of some hundreds (swarm testing: Groce and others, 2012).
 */
final class Temper {
    /** How many histories have everything. */
    private static final double EVEN = 0.4;

    /** What can go wrong. */
    enum Trouble {
        WEATHER,
        POISON,
        KILL,
        HANG,
        DISK,
        LOG,
        CRASH
    }

    /** What a client does. */
    enum Operation {
        CREATE,
        DELETE,
        RENAME,
        /** Makes or deletes the database. */
        DATABASE,
        READ,
        WRITE
    }

    /** What is wrong with the log. */
    enum LogTrouble {
        READS_FAIL,
        COMMITS_FAIL,
        SLOW
    }

    /** What names the records that a client deletes. */
    enum Deletion {
        IDS,
        FILTER,
        LIMIT
    }

    private final Weights<Trouble> troubles;
    private final Weights<Operation> operations;
    private final Weights<LogTrouble> log;
    private final Weights<OpKind> writes;
    private final Weights<Deletion> deletions;
    private final List<Fate> fates = new ArrayList<>();
    private final int ids;

    Temper(Chance chance) {
        boolean even = chance.happens(EVEN);
        troubles = new Weights.Builder<>(Trouble.class)
                .share(Trouble.WEATHER, 31)
                .share(Trouble.POISON, 8)
                .share(Trouble.KILL, 18)
                .share(Trouble.HANG, 7)
                .share(Trouble.DISK, 6)
                .share(Trouble.LOG, 14)
                .share(Trouble.CRASH, 16)
                .drawn(chance, even, Trouble.CRASH);
        operations = new Weights.Builder<>(Operation.class)
                .share(Operation.CREATE, 6)
                .share(Operation.DELETE, 3)
                .share(Operation.RENAME, 2)
                .share(Operation.DATABASE, 1)
                .share(Operation.READ, 24)
                .share(Operation.WRITE, 65)
                .drawn(chance, even, Operation.WRITE);
        log = new Weights.Builder<>(LogTrouble.class)
                .share(LogTrouble.READS_FAIL, 1)
                .share(LogTrouble.COMMITS_FAIL, 1)
                .share(LogTrouble.SLOW, 2)
                .drawn(chance, even, LogTrouble.SLOW);
        writes = new Weights.Builder<>(OpKind.class)
                .share(OpKind.ADD, 2)
                .share(OpKind.UPSERT, 2)
                .share(OpKind.UPDATE, 1)
                .share(OpKind.DELETE, 1)
                .drawn(chance, even, OpKind.ADD);
        deletions = new Weights.Builder<>(Deletion.class)
                .share(Deletion.IDS, 6)
                .share(Deletion.FILTER, 2)
                .share(Deletion.LIMIT, 2)
                .drawn(chance, even, Deletion.IDS);
        ids = even || chance.happens(0.5) ? 6 : 2;
        fates(chance, even);
    }

    private void fates(Chance chance, boolean even) {
        for (Fate fate : Fate.values()) {
            if (fate != Fate.WELL && (even || chance.happens(0.4))) {
                fates.add(fate);
            }
        }
        if (fates.isEmpty()) {
            fates.add(Fate.SILENT);
        }
    }

    Trouble trouble(Chance chance) {
        return troubles.any(chance);
    }

    Operation operation(Chance chance) {
        return operations.any(chance);
    }

    LogTrouble log(Chance chance) {
        return log.any(chance);
    }

    OpKind write(Chance chance) {
        return writes.any(chance);
    }

    Deletion deletion(Chance chance) {
        return deletions.any(chance);
    }

    /** What may become of requests in bad weather, beside being well. */
    List<Fate> fates() {
        return fates;
    }

    /** Of how many ids clients write. */
    int ids() {
        return ids;
    }
}
