package org.chromaproxy.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.chromaproxy.wal.record.Change;
import org.chromaproxy.wal.record.LogRecord;
import org.chromaproxy.wal.record.Mapping;
import org.chromaproxy.wal.record.Mapping.Place;
import org.chromaproxy.wal.record.Mapping.PlaceState;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionState;

/**
 * What must be true when all trouble is over: every server holds what the log says, everybody was told the truth, and every read saw
 * a state that was one, in an order that a single server could have shown.
 */
final class Reckoning {
    /** What a collection may hold from one record on. */
    private record Era(long lsn, PossibleStates states) {}

    private final Era first = new Era(0, PossibleStates.ofNothing());

    private final World world;
    private final DurableLog log;
    private final Judge judge;

    Reckoning(World world) {
        this.world = world;
        this.log = world.log();
        this.judge = world.judge();
    }

    /** Why not everything is applied yet; empty if it is. */
    Optional<String> unsettled(Life life) {
        for (ModelServer server : world.servers()) {
            if (log.cursor(Subject.CATALOG, server.name()) < log.lastOf(Subject.CATALOG)) {
                return Optional.of("the catalog lane of " + server);
            }
            for (Mapping mapping : log.mappings()) {
                Place place = mapping.places().get(server.name());
                boolean follows = mapping.deletedLsn() == 0 && place != null && place.state() == PlaceState.READY;
                if (follows && log.cursor(mapping.publicId(), server.name()) < log.lastOf(mapping.publicId())) {
                    return Optional.of(mapping.path().name() + " " + mapping.publicId() + " on " + server);
                }
                if (follows && doubted(life, mapping, server)) {
                    return Optional.of("what is in doubt of " + mapping.publicId() + " on " + server);
                }
            }
        }
        return log.purges().stream().findFirst().map(purge -> "what is put aside on " + purge.instance());
    }

    /** What each lane is at that has something before it. */
    List<String> standings(Life life) {
        List<String> standings = new ArrayList<>();
        List<UUID> lanes = new ArrayList<>(List.of(Subject.CATALOG));
        log.mappings().forEach(mapping -> lanes.add(mapping.publicId()));
        for (UUID id : lanes) {
            life.lanes().standing(id).stream()
                    .flatMap(group -> group.lanes().stream())
                    .filter(lane -> lane.head() != null)
                    .forEach(lane -> standings.add(id + " on " + lane + ": " + lane.state() + " with record "
                            + lane.head().lsn() + (lane.headInDoubt() ? ", in doubt" : "")));
        }
        return standings;
    }

    private boolean doubted(Life life, Mapping mapping, ModelServer server) {
        return life.catalog()
                .known(mapping.publicId())
                .filter(entry -> entry.gate().sent() != 0)
                .filter(entry -> !entry.gate().readable(world.servers().indexOf(server)))
                .isPresent();
    }

    /** Demands all of it. */
    void demand() {
        Map<UUID, List<Era>> eras = eras();
        for (Mapping mapping : log.mappings()) {
            if (mapping.deletedLsn() == 0) {
                servers(mapping, eras.getOrDefault(mapping.publicId(), List.of()));
            }
        }
        names();
        databases();
        judge.told().forEach(this::told);
        reads(eras);
    }

    private Map<UUID, List<Era>> eras() {
        Map<UUID, List<Era>> eras = new LinkedHashMap<>();
        Map<UUID, Long> deleted = log.mappings().stream()
                .filter(mapping -> mapping.deletedLsn() != 0)
                .collect(Collectors.toMap(Mapping::publicId, Mapping::deletedLsn));
        for (LogRecord record : log.records()) {
            UUID lane = record.content().subject().lane();
            boolean mine =
                    !record.content().kind().catalog() && record.content().kind() != OpKind.REPAIR;
            if (mine && record.lsn() < deleted.getOrDefault(lane, Long.MAX_VALUE)) {
                List<Era> all = eras.computeIfAbsent(lane, _ -> new ArrayList<>(List.of(first)));
                Optional<TransactionState> state = log.outcome(record.lsn()).map(Change.Outcome::state);
                boolean refused = state.filter(TransactionState.FAILED::equals).isPresent();
                boolean givenUp =
                        state.filter(TransactionState.ABANDONED::equals).isPresent() && !toldAsDone(record.lsn());
                if (!refused) {
                    all.add(new Era(record.lsn(), next(all.getLast().states, record, givenUp)));
                }
            }
        }
        return eras;
    }

    private boolean toldAsDone(long lsn) {
        return judge.told().stream().anyMatch(told -> told.lsn() == lsn && told.status() < 300);
    }

    private PossibleStates next(PossibleStates before, LogRecord record, boolean perhaps) {
        OpKind kind = record.content().kind();
        PossibleStates after = before.next(kind, world.bodies().tree(log.body(record.lsn())), perhaps);
        if (after.isEmpty()) {
            throw new Violation("record " + record.lsn() + " counts as applied, and every server would refuse it");
        }
        return after;
    }

    private void servers(Mapping mapping, List<Era> eras) {
        Map<String, Map<String, String>> contents = new TreeMap<>();
        for (ModelServer server : world.servers()) {
            Place place = mapping.places().get(server.name());
            if (place != null && place.state() == PlaceState.READY) {
                ModelServer.Held held = server.byId(place.instanceId())
                        .orElseThrow(() -> new Violation(mapping + " is not on " + server));
                held.reveal();
                contents.put(server.name(), held.records.content());
            }
        }
        PossibleStates right = eras.isEmpty() ? first.states : eras.getLast().states;
        boolean equal = contents.values().stream().distinct().count() <= 1;
        boolean known = contents.values().stream().allMatch(right::contains);
        if (!equal || !known) {
            throw new Violation(mapping.path().name() + " " + mapping.publicId() + " is " + contents
                    + ", and should be " + right.contents());
        }
    }

    private void names() {
        for (ModelServer server : world.servers()) {
            for (Mapping mapping : log.mappings()) {
                Place place = mapping.places().get(server.name());
                if (mapping.deletedLsn() == 0 && place != null && place.state() == PlaceState.READY) {
                    String named = server.byId(place.instanceId())
                            .map(held -> held.name)
                            .orElse("");
                    if (!named.equals(mapping.path().name())) {
                        throw new Violation(mapping + " has not its name on " + server);
                    }
                }
            }
            for (ModelServer.Held held : server.collections()) {
                // One that failed to be made there, as far as anybody was told, has no place, and is to be copied.
                boolean known = log.mappings().stream()
                        .filter(mapping -> mapping.deletedLsn() == 0)
                        .anyMatch(
                                mapping -> Optional.ofNullable(mapping.places().get(server.name()))
                                        .map(place -> place.instanceId().equals(held.id))
                                        .orElse(mapping.path().name().equals(held.name)));
                if (!known && !Faults.toldOf(server)) {
                    throw new Violation("nobody knows of " + held.name + " " + held.id + " on " + server);
                }
            }
        }
    }

    /** All servers have the database, or none has, unless a record that makes or deletes it has no effect: it may have had one before. */
    private void databases() {
        boolean noEffect = log.records().stream()
                .filter(record -> record.content().kind() == OpKind.CREATE_DATABASE
                        || record.content().kind() == OpKind.DELETE_DATABASE)
                .anyMatch(record -> log.outcome(record.lsn())
                        .filter(outcome -> outcome.state() == TransactionState.ABANDONED || outcome.status() == 503)
                        .isPresent());
        List<ModelServer> sound = world.servers().stream()
                .filter(server -> !Faults.toldOf(server))
                .toList();
        if (!noEffect && sound.stream().map(ModelServer::hasDatabase).distinct().count() > 1) {
            throw new Violation("the database is on some servers only: "
                    + sound.stream().filter(ModelServer::hasDatabase).toList());
        }
    }

    private void told(Judge.Told told) {
        Optional<TransactionState> state = log.outcome(told.lsn()).map(Change.Outcome::state);
        boolean refused = state.filter(it -> it == TransactionState.FAILED || it == TransactionState.ABANDONED)
                .isPresent();
        boolean well = told.status() < 300;
        // Nobody asks again who was told so; and what it did must be there.
        boolean later = well && judge.givenUpLater(told);
        if (well == refused && !later) {
            throw new Violation("a client was told " + told.status() + " of record " + told.lsn() + ", which is "
                    + state.map(Enum::name).orElse("applied"));
        }
    }

    /** Each saw what was there at some moment between its beginning and its end, and no read went back behind another. */
    private void reads(Map<UUID, List<Era>> all) {
        List<Judge.Seen> inOrder = judge.seen().stream()
                .sorted(Comparator.comparingLong(Judge.Seen::toNanos))
                .toList();
        Map<UUID, Furthest> done = done();
        Map<UUID, Furthest> earlier = new HashMap<>();
        for (Judge.Seen seen : inOrder) {
            List<Era> eras = all.getOrDefault(seen.collection(), List.of(first));
            Furthest before = earlier.computeIfAbsent(seen.collection(), _ -> new Furthest());
            long told = done.getOrDefault(seen.collection(), Furthest.NONE).at(seen.fromNanos());
            long least = Math.max(told, before.at(seen.fromNanos()));
            long found = find(eras, seen, least);
            if (found < 0) {
                throw new Violation(
                        "a read of " + seen.collection() + " on " + seen.server() + " at LSN " + least + " to "
                                + seen.lastLsn() + " saw " + seen.content() + ", which was at no such moment: "
                                + told(eras, least, seen.lastLsn()));
            }
            before.add(seen.toNanos(), found);
        }
    }

    /** By collection: what clients were told is done. */
    private Map<UUID, Furthest> done() {
        Map<UUID, Furthest> done = new HashMap<>();
        for (Judge.Told told : judge.told()) {
            if (told.status() < 300) {
                done.computeIfAbsent(told.lane(), _ -> new Furthest()).add(told.atNanos(), told.lsn());
            }
        }
        return done;
    }

    private static long find(List<Era> eras, Judge.Seen seen, long least) {
        for (int i = 0; i < eras.size(); i++) {
            long from = eras.get(i).lsn;
            long to = i + 1 < eras.size() ? eras.get(i + 1).lsn - 1 : Long.MAX_VALUE;
            boolean within = to >= least && from <= seen.lastLsn();
            if (within && eras.get(i).states.contains(seen.content())) {
                return Math.max(from, least);
            }
        }
        return -1;
    }

    private static String told(List<Era> eras, long least, long most) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < eras.size(); i++) {
            boolean before = i + 1 < eras.size() && eras.get(i + 1).lsn <= least;
            if (!before && eras.get(i).lsn <= most) {
                text.append("\n  ").append(eras.get(i).lsn).append(" ");
                text.append(eras.get(i).states.contents());
            }
        }
        return text.toString();
    }
}
