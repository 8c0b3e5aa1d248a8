package org.chromaproxy.simulation;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.chromaproxy.lane.Lane;
import org.chromaproxy.lane.LaneGroup;
import org.chromaproxy.lane.LaneState;
import org.chromaproxy.upstream.UpstreamRequest;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.NewRecord;
import org.chromaproxy.wal.record.Subject;
import org.jspecify.annotations.Nullable;

/** Counts what meets the lanes, see {@link Coverage}. Looks on only: a history is the same whether it is observed or not. */
final class LaneObserver {
    /** A request is waited for so long before another server decides. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(Life.UNANSWERED_MS);

    private static final long NEW_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** The beginning of the id that the proxy's own writes name. */
    private static final String OWN_ID = "\"chroma-proxy:";

    /** The database, which is none, to which the proxy sends what it wants to know the refusal of. */
    private static final String NOWHERE = "/no-such-database/";

    /** The same of a collection. */
    private static final String NOBODY = "/00000000-0000-4000-8000-000000000000/";

    /** What a request is sent for. */
    enum Purpose {
        WRITE,
        BARRIER,
        READ
    }

    /**
     * A request that a lane has sent.
     *
     * @param again whether its head was in doubt when it was sent
     */
    record Asked(UUID lane, Purpose purpose, boolean again, long sentNanos) {}

    private final Timeline time;
    private final World world;
    private final @Nullable Coverage coverage;

    /** @param coverage null if nothing is counted */
    LaneObserver(Timeline time, World world, @Nullable Coverage coverage) {
        this.time = time;
        this.world = world;
        this.coverage = coverage;
    }

    /** An event meets a lane on a server. */
    void met(Life life, UUID lane, ModelServer server, LaneEvent event) {
        if (coverage != null) {
            coverage.met(state(life, lane, server), event, faults(server));
        }
    }

    /** An event meets a lane on every server. */
    void met(Life life, UUID lane, LaneEvent event) {
        if (coverage != null) {
            world.servers().forEach(server -> met(life, lane, server, event));
        }
    }

    /** An event meets every lane on a server. */
    void met(Life life, ModelServer server, LaneEvent event) {
        if (coverage != null) {
            met(life, Subject.CATALOG, server, event);
            for (Mapping mapping : world.log().mappings()) {
                UUID lane = mapping.publicId();
                if (mapping.deletedLsn() == 0 || life.lanes().standing(lane).isPresent()) {
                    met(life, lane, server, event);
                }
            }
        }
    }

    /** An event meets every lane there is. */
    void met(Life life, LaneEvent event) {
        if (coverage != null) {
            world.servers().forEach(server -> met(life, server, event));
        }
    }

    /** An event meets the lanes of a record. */
    void met(Life life, NewRecord record, LaneEvent event) {
        met(life, record.subject().lane(), event);
    }

    /** An event meets the lanes that a change is about. */
    void met(Life life, Change change, LaneEvent event) {
        if (coverage == null) {
            return;
        }
        switch (change) {
            case Change.Cursor cursor ->
                world.servers().stream()
                        .filter(server -> server.name().equals(cursor.instance()))
                        .forEach(server -> met(life, cursor.lane(), server, event));
            case Change.Outcome outcome -> leader(life, outcome.lsn(), event);
            case Change.Resolution resolution -> leader(life, resolution.lsn(), event);
            case Change.Lead lead -> met(life, lead.lane(), event);
            case Change.PutMapping put -> met(life, put.mapping().publicId(), event);
            default -> {}
        }
    }

    private void leader(Life life, long lsn, LaneEvent event) {
        world.log().record(lsn).map(record -> record.content().subject().lane()).ifPresent(lane -> {
            int leader = life.lanes()
                    .standing(lane)
                    .map(group -> group.gate().leader())
                    .orElse(0);
            met(life, lane, world.server(leader), event);
        });
    }

    /** A record is about to be durable. */
    void logged(Life life, LogRecord record) {
        if (coverage == null) {
            return;
        }
        Subject subject = record.content().subject();
        met(life, subject.lane(), LaneEvent.LOGGED);
        LaneEvent event = switch (record.content().kind()) {
            case CREATE_COLLECTION -> LaneEvent.CREATE;
            case DELETE_COLLECTION -> LaneEvent.DELETE;
            case MODIFY_COLLECTION -> LaneEvent.RENAME;
            default -> null;
        };
        if (event != null) {
            world.log().mappings().stream()
                    .filter(mapping -> mapping.deletedLsn() == 0)
                    .filter(mapping -> mapping.publicId().equals(subject.collection())
                            || mapping.path().name().equals(subject.name()))
                    .map(Mapping::publicId)
                    .toList()
                    .forEach(lane -> met(life, lane, event));
        }
    }

    /** A page of a lane's records could not be read. */
    void pageNotRead(Life life, UUID lane) {
        notRead(life, lane, each -> each.spilled() && each.head() == null);
    }

    /** A record's body could not be read. */
    void bodyNotRead(Life life, UUID lane, long lsn) {
        notRead(
                life,
                lane,
                each -> each.head() != null
                        && each.head().lsn() == lsn
                        && each.state() instanceof LaneState.LoadingBody);
    }

    private void notRead(Life life, UUID lane, Predicate<Lane> reads) {
        if (coverage != null) {
            life.lanes().standing(lane).stream()
                    .flatMap(group -> group.lanes().stream())
                    .filter(reads)
                    .forEach(each -> met(life, lane, world.server(each.index()), LaneEvent.READ_FAILED));
        }
    }

    /** Which lane sends a request, and what for; empty if nothing is counted. */
    Optional<Asked> asked(Life life, ModelServer server, UpstreamRequest request) {
        if (coverage == null) {
            return Optional.empty();
        }
        String body = new String(request.body(), StandardCharsets.UTF_8);
        boolean trial = request.uri().contains(NOWHERE)
                || request.uri().contains(NOBODY)
                || (request.uri().endsWith("/delete") && body.contains("\"limit\""));
        boolean read = request.method().equals("GET") || request.uri().endsWith("/get") || trial;
        boolean own = body.contains(OWN_ID) && !body.contains("\"embeddings\"");
        UUID lane = lane(life, server, request);
        // A delete that matches nothing is sent as one of that id, too.
        boolean barrier = own && !isHead(life, lane, server, request.body());
        Purpose purpose = read ? Purpose.READ : barrier ? Purpose.BARRIER : Purpose.WRITE;
        boolean again = lane(life, lane, server).filter(Lane::headInDoubt).isPresent();
        return Optional.of(new Asked(lane, purpose, again, time.nanoTime()));
    }

    private UUID lane(Life life, ModelServer server, UpstreamRequest request) {
        String[] path = request.uri().split("/", -1);
        // "", api, v2, tenants, T, databases, D, collections, C, operation
        if (path.length < 9) {
            return Subject.CATALOG;
        }
        boolean ofRecords = path.length > 9;
        boolean byName = !ofRecords && request.method().equals("GET");
        return world.log().mappings().stream()
                .filter(mapping -> (ofRecords && isAt(mapping, server, path[8]))
                        || (ofRecords && isHead(life, mapping.publicId(), server, request.body()))
                        || (byName
                                && mapping.path().name().equals(path[8])
                                && isBusy(life, mapping.publicId(), server)))
                .map(Mapping::publicId)
                .findFirst()
                .orElse(Subject.CATALOG);
    }

    /** Whether a request carries the body of the lane's head, as it is. */
    private boolean isHead(Life life, UUID lane, ModelServer server, byte[] body) {
        return lane(life, lane, server)
                .map(Lane::head)
                .filter(head -> Arrays.equals(head.body(), body))
                .isPresent();
    }

    private boolean isBusy(Life life, UUID lane, ModelServer server) {
        return lane(life, lane, server)
                .filter(each -> !(each.state() instanceof LaneState.Ready))
                .isPresent();
    }

    private static boolean isAt(Mapping mapping, ModelServer server, String id) {
        Mapping.Place place = mapping.places().get(server.name());
        return place != null && place.instanceId().toString().equals(id);
    }

    private Optional<Lane> lane(Life life, UUID lane, ModelServer server) {
        return life.lanes()
                .standing(lane)
                .map(group -> group.lane(world.servers().indexOf(server)));
    }

    private LaneSituation state(Life life, UUID id, ModelServer server) {
        Optional<LaneGroup<?>> group = life.lanes().standing(id);
        if (group.isEmpty()) {
            return world.log().hasMore(id, server.name()) ? LaneSituation.IN_LOG_ONLY : LaneSituation.AT_REST;
        }
        Lane lane = group.get().lane(world.servers().indexOf(server));
        if (lane.detached()) {
            return LaneSituation.DETACHED;
        } else if (lane.barrier() != Long.MAX_VALUE) {
            return LaneSituation.DRAINING;
        } else if (lane.compared()) {
            return LaneSituation.COMPARED;
        }
        return requesting(life.network().under(id, server)).orElseGet(() -> waiting(lane));
    }

    private Optional<LaneSituation> requesting(List<Asked> under) {
        Optional<Asked> write =
                under.stream().filter(each -> each.purpose == Purpose.WRITE).findFirst();
        if (write.isPresent()) {
            boolean silent = time.nanoTime() - write.get().sentNanos > PATIENCE_NANOS;
            return Optional.of(
                    silent
                            ? LaneSituation.UNANSWERED
                            : write.get().again ? LaneSituation.SENT_AGAIN : LaneSituation.IN_FLIGHT);
        }
        return under.stream()
                .map(each -> each.purpose == Purpose.BARRIER ? LaneSituation.BARRIER : LaneSituation.ASKING)
                .findFirst();
    }

    private static LaneSituation waiting(Lane lane) {
        return switch (lane.state()) {
            case LaneState.BackingOff _ ->
                lane.headInDoubt() ? LaneSituation.BACKING_OFF_IN_DOUBT : LaneSituation.BACKING_OFF;
            case LaneState.FlushingCursor _ -> LaneSituation.FLUSHING;
            case LaneState.Ready _ -> ready(lane);
            case LaneState.Sending _,
                    LaneState.AwaitingWriteTurn _,
                    LaneState.AwaitingPlace _,
                    LaneState.LoadingBody _,
                    LaneState.Asking _,
                    LaneState.Committing _ -> LaneSituation.OCCUPIED;
        };
    }

    private static LaneSituation ready(Lane lane) {
        if (lane.atWork()) {
            return LaneSituation.UNSETTLED;
        } else if (lane.inDoubt()) {
            return LaneSituation.IN_DOUBT;
        } else if (lane.head() != null) {
            return lane.lingers() ? LaneSituation.LINGERING : LaneSituation.WAITING;
        }
        return lane.spilled() ? LaneSituation.CATCHING_UP : LaneSituation.IDLE;
    }

    private Set<FaultKind> faults(ModelServer server) {
        Set<FaultKind> faults = EnumSet.noneOf(FaultKind.class);
        add(faults, world.weather().troubled() || server.poisoned(), FaultKind.WEATHER);
        add(faults, !server.up(), FaultKind.KILLED);
        add(faults, server.hung(), FaultKind.HUNG);
        add(faults, server.sick(), FaultKind.DISK_FULL);
        boolean another =
                world.servers().stream().anyMatch(each -> each != server && (!each.up() || each.hung() || each.sick()));
        add(faults, another, FaultKind.ANOTHER_SERVER);
        add(faults, world.slow(), FaultKind.SLOW_LOG);
        add(faults, world.readFailures() + world.commitFailures() > 0, FaultKind.BROKEN_LOG);
        add(faults, world.takenOverNanos() < NEW_NANOS, FaultKind.NEW_OWNER);
        return faults;
    }

    private static void add(Set<FaultKind> faults, boolean underWay, FaultKind fault) {
        if (underWay) {
            faults.add(fault);
        }
    }
}
