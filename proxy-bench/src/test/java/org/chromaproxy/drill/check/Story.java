package org.chromaproxy.drill.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.chromaproxy.drill.evidence.Evidence;
import org.chromaproxy.drill.evidence.InstanceContent;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.Attempt;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.Kind;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.history.Request;
import org.chromaproxy.drill.history.Run;
import org.chromaproxy.drill.history.Sample;
import org.chromaproxy.drill.history.Trouble;
import org.chromaproxy.drill.model.StoredRecord;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.wal.record.OpKind;
import org.chromaproxy.wal.record.Subject;
import org.chromaproxy.wal.record.TransactionUuid;

/**
 * A run told by hand. Each write is acknowledged, logged and applied as it should be, unless the story says otherwise; the
 * instances hold what the log says, unless the story spoils them.
 */
final class Story {
    static final String PREFIX = "/api/v2/tenants/default_tenant/databases/default_database/collections";
    private static final UUID LOG = new UUID(0x1234_5678_9abc_4defL, 0x8000_0000_0000_0001L);

    private final List<Operation> operations = new ArrayList<>();
    private final List<Logged> log = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final Map<Long, Evidence.TransactionAnswer> transactions = new HashMap<>();
    private final Map<String, SortedMap<String, InstanceContent.Content>> spoilt = new HashMap<>();
    private final Set<String> withoutLimits = new HashSet<>();
    private String unsettled = "";
    private long lsn;

    /** Logs the create of a collection, acknowledged from 0 to 1; its public id. */
    String collection(String name) {
        UUID id = new UUID(7, operations.size() + 1);
        String body = "{\"name\":\"" + name + "\"}";
        Subject subject = subject(Subject.CATALOG, id, name);
        Logged logged = log(OpKind.CREATE_COLLECTION, subject, PREFIX + "?op=" + next(), body);
        acknowledge(Kind.CREATE, "", "POST", logged, List.of(0L, 1L));
        return id.toString();
    }

    private long next() {
        return operations.size() + 1L;
    }

    private static Subject subject(UUID lane, UUID collection, String name) {
        return new Subject(lane, collection, "default_tenant", "default_database", name, "");
    }

    private Logged log(OpKind kind, Subject subject, String path, String body) {
        Logged logged = new Logged(++lsn, kind, subject, path, body, new Logged.Fate("", 0, "", ""));
        log.add(logged);
        return logged;
    }

    private Operation acknowledge(Kind kind, String collection, String method, Logged logged, List<Long> when) {
        String id = TransactionUuid.of(LOG, logged.lsn()).toString();
        int status = kind == Kind.ADD ? 201 : 200;
        transactions.put(next(), new Evidence.TransactionAnswer(id, 200, "COMPLETED", status));
        return operation(
                kind,
                collection,
                new Request(method, logged.path(), logged.body(), ""),
                new Attempt(when.getFirst(), when.getLast(), status, Map.of("transaction-id", id), "{}", ""));
    }

    Operation operation(Kind kind, String collection, Request request, Attempt... attempts) {
        Operation operation = new Operation(next(), 1, kind, collection, request, List.of(attempts));
        operations.add(operation);
        return operation;
    }

    /** A write as it should be: sent, logged, acknowledged, applied. */
    Operation write(Kind kind, String collection, String body, long from, long to) {
        String path = PREFIX + "/" + collection + "/" + segment(kind) + "?op=" + next();
        UUID id = UUID.fromString(collection);
        return acknowledge(
                kind, collection, "POST", log(opKind(kind), subject(id, id, ""), path, body), List.of(from, to));
    }

    private static String segment(Kind kind) {
        return switch (kind) {
            case ADD, BAD_WRITE -> "add";
            case UPSERT -> "upsert";
            case UPDATE -> "update";
            default -> "delete";
        };
    }

    private static OpKind opKind(Kind kind) {
        return switch (kind) {
            case ADD, BAD_WRITE -> OpKind.ADD;
            case UPSERT -> OpKind.UPSERT;
            case UPDATE -> OpKind.UPDATE;
            default -> OpKind.DELETE;
        };
    }

    /** A delete of a whole collection, acknowledged. */
    Operation drop(String collection, String name, long from, long to) {
        Subject subject = subject(Subject.CATALOG, UUID.fromString(collection), name);
        Logged logged = log(OpKind.DELETE_COLLECTION, subject, PREFIX + "/" + name + "?op=" + next(), "");
        return acknowledge(Kind.DROP, collection, "DELETE", logged, List.of(from, to));
    }

    /** A rename, acknowledged: a record of the catalog's lane. */
    Operation rename(String collection, String name, long from, long to) {
        Subject subject = subject(Subject.CATALOG, UUID.fromString(collection), "");
        String body = "{\"new_name\":\"" + name + "\"}";
        Logged logged = log(OpKind.MODIFY_COLLECTION, subject, PREFIX + "/" + collection + "?op=" + next(), body);
        return acknowledge(Kind.RENAME, collection, "PUT", logged, List.of(from, to));
    }

    Operation read(Kind kind, String collection, String body, Attempt told) {
        String method = kind == Kind.COUNT ? "GET" : "POST";
        String path = PREFIX + "/" + collection + "/read?op=" + next();
        return operation(kind, collection, new Request(method, path, body, ""), told);
    }

    Operation count(String collection, long from, long to, int count) {
        return read(Kind.COUNT, collection, "", told(from, to, 200, Integer.toString(count)));
    }

    static Attempt told(long begin, long end, int status, String body) {
        return new Attempt(begin, end, status, Map.of(), body, "");
    }

    /** Changes what the log says of an operation's record. */
    Story fate(Operation operation, String state) {
        log.replaceAll(logged -> Operation.idIn(logged.path()) != operation.id()
                ? logged
                : new Logged(
                        logged.lsn(),
                        logged.kind(),
                        logged.subject(),
                        logged.path(),
                        logged.body(),
                        new Logged.Fate(state, 0, "", "")));
        return this;
    }

    Story resolution(Operation operation, String body) {
        log.replaceAll(logged -> Operation.idIn(logged.path()) != operation.id()
                ? logged
                : new Logged(
                        logged.lsn(),
                        logged.kind(),
                        logged.subject(),
                        logged.path(),
                        logged.body(),
                        new Logged.Fate("", 0, "", body)));
        return this;
    }

    Story unlogged(Operation operation) {
        log.removeIf(logged -> Operation.idIn(logged.path()) == operation.id());
        transactions.remove(operation.id());
        return this;
    }

    /** The same record a second time. */
    Story loggedAgain(Operation operation) {
        Logged first = log.stream()
                .filter(logged -> Operation.idIn(logged.path()) == operation.id())
                .findFirst()
                .orElseThrow();
        log(first.kind(), first.subject(), first.path(), first.body());
        return this;
    }

    /** Lets the records of two operations stand in the log the other way round. */
    Story swapped(Operation one, Operation other) {
        List<Logged> all = new ArrayList<>(log);
        log.clear();
        for (Logged logged : all) {
            long id = Operation.idIn(logged.path());
            long at = id == one.id() ? lsn(all, other) : id == other.id() ? lsn(all, one) : logged.lsn();
            log.add(new Logged(at, logged.kind(), logged.subject(), logged.path(), logged.body(), logged.fate()));
        }
        log.sort((a, b) -> Long.compare(a.lsn(), b.lsn()));
        transactions.clear();
        return this;
    }

    private static long lsn(List<Logged> log, Operation operation) {
        return log.stream()
                .filter(logged -> Operation.idIn(logged.path()) == operation.id())
                .findFirst()
                .orElseThrow()
                .lsn();
    }

    /** Replaces an operation by what else its client was told. */
    Story retold(Operation operation, Attempt... attempts) {
        operations.replaceAll(old -> old.id() != operation.id()
                ? old
                : new Operation(
                        old.id(), old.client(), old.kind(), old.collection(), old.request(), List.of(attempts)));
        return this;
    }

    Story transaction(Operation operation, String state, int told) {
        transactions.put(operation.id(), new Evidence.TransactionAnswer("some id", 200, state, told));
        return this;
    }

    Story trouble(String fault, String target, long injected, long healed) {
        troubles.add(new Trouble(fault, target, injected, healed, injected));
        return this;
    }

    /** At that time the proxy says of itself that all is well. */
    Story well(long at) {
        samples.add(new Sample(at, Map.of("primary", "up", "replica", "up"), 0, 0));
        return this;
    }

    /** That instance passes over the limit of a delete. */
    Story knowsNoLimits(String instance) {
        withoutLimits.add(instance);
        return this;
    }

    Story unsettled(String why) {
        unsettled = why;
        return this;
    }

    /** Changes the records of a collection as one instance holds them. */
    Story spoil(String instance, String collection, Consumer<SortedMap<String, StoredRecord>> change) {
        SortedMap<String, InstanceContent.Content> content =
                spoilt.computeIfAbsent(instance, name -> faithful(new Case(history(), evidence(List.of()))));
        InstanceContent.Content before = content.get(collection);
        if (before == null) {
            throw new IllegalArgumentException("no collection " + collection);
        }
        SortedMap<String, StoredRecord> records = new TreeMap<>(before.records());
        change.accept(records);
        content.put(collection, new InstanceContent.Content(before.metadata(), records));
        return this;
    }

    Story without(String instance, String collection) {
        spoil(instance, collection, records -> {});
        spoilt.getOrDefault(instance, new TreeMap<>()).remove(collection);
        return this;
    }

    private static SortedMap<String, InstanceContent.Content> faithful(Case run) {
        SortedMap<String, InstanceContent.Content> content = new TreeMap<>();
        run.world().named().forEach((name, id) -> {
            var state = run.world().timeline(id).orElseThrow().last();
            content.put(name, new InstanceContent.Content(state.metadata(), new TreeMap<>(state.records())));
        });
        return content;
    }

    private History history() {
        return new History(new Run(1, "", 1, 0, 0, 1_000), operations, troubles, samples);
    }

    private Evidence evidence(List<InstanceContent> instances) {
        return new Evidence(LOG, log, instances, transactions, unsettled);
    }

    /** The names of the rules that do not hold. */
    Set<String> violated() {
        Case run = new Case(history(), evidence(List.of()));
        List<InstanceContent> instances = List.of("primary", "replica").stream()
                .map(name -> new InstanceContent(
                        name, !withoutLimits.contains(name), spoilt.getOrDefault(name, faithful(run))))
                .toList();
        Set<String> rules = new TreeSet<>();
        Checker.check(history(), evidence(instances)).forEach(violation -> rules.add(violation.rule()));
        return rules;
    }
}
