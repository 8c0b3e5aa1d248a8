package org.chromaproxy.admin.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.instance.Holds.Hold;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Standing;
import org.chromaproxy.wal.append.LogState;
import org.chromaproxy.wal.record.Mapping.PlaceState;

/** What can be done now, and what each instance can be used for: from memory alone, any thread. */
public final class Readiness {
    private static final int SHOWN = 100;

    private final AdminServices services;

    /**
     * Whether an instance can be used for something, and why not; the reason is empty while it can.
     *
     * @param state the reason without names of tenants' and without what servers say: for everybody
     */
    public record Use(boolean possible, String state, String reason) {
        private static final Use POSSIBLE = new Use(true, "", "");

        private static Use not(String state) {
            return new Use(false, state, state);
        }

        private static Use not(String state, String reason) {
            return new Use(false, state, reason);
        }

        private String told(boolean informed) {
            return informed ? reason : state;
        }
    }

    public Readiness(AdminServices services) {
        this.services = services;
    }

    /** Whether it is read, for the collections that are whole there. */
    public Use reads(Instance instance) {
        if (!instance.usable()) {
            return outOfUse(instance);
        }
        long whole = places(instance, PlaceState.READY);
        long broken = places(instance, PlaceState.DIVERGED) + places(instance, PlaceState.COPYING);
        return whole == 0 && broken > 0
                ? Use.not("none of its " + broken + " collections is whole there")
                : Use.POSSIBLE;
    }

    /** Whether its writes succeed. */
    public Use writes(Instance instance) {
        if (!instance.usable()) {
            return outOfUse(instance);
        }
        return instance.writes().down()
                ? Use.not(
                        "it answers, but its writes fail",
                        "it answers, but its writes fail: " + instance.writes().reason())
                : Use.POSSIBLE;
    }

    /** Whether it holds everything, so that another instance can be lost without harm. */
    public Use redundant(Instance instance) {
        Use read = reads(instance);
        Use written = writes(instance);
        if (!read.possible() || !written.possible()) {
            return read.possible() ? written : read;
        }
        if (instance.letGo()) {
            return Use.not("the log has let go of it: it needs a resync");
        }
        for (PlaceState state : List.of(PlaceState.DIVERGED, PlaceState.COPYING, PlaceState.UNVERIFIED)) {
            long count = places(instance, state);
            if (count > 0) {
                return Use.not(count + (count == 1 ? " collection is " : " collections are ")
                        + state.name().toLowerCase(Locale.ROOT) + " there");
            }
        }
        List<Hold> holds = instance.holds().all();
        if (!holds.isEmpty()) {
            return Use.not(
                    "something does not go on there",
                    holds.getFirst().what() + " does not go on there: "
                            + holds.getFirst().reason());
        }
        return instance.shown().standing() == Standing.CATCHING_UP
                ? Use.not("it is catching up", "it is " + instance.shown().reason())
                : Use.POSSIBLE;
    }

    private static Use outOfUse(Instance instance) {
        String state = "it is " + InstancePages.state(instance);
        return Use.not(state, state + ": " + instance.reason());
    }

    private long places(Instance instance, PlaceState state) {
        return services.proxy().catalog().counts().places(instance, state);
    }

    /** The process answers: that is all. */
    public Answer live() {
        return Answers.json(200, Answers.object().put("status", "live").put("service", StatusPages.SERVICE));
    }

    /**
     * 200 while reads and writes can both be served; 503 with what cannot, and why.
     *
     * @param informed whether reasons hold names of tenants' and what servers say
     */
    public Answer ready(boolean informed) {
        List<String> reasons = new ArrayList<>();
        boolean serving = services.admission().serving().getAsBoolean();
        boolean reads = anyReads(reasons, informed) && serving;
        boolean writes = anyWrites(reasons, informed) && serving;
        if (!services.logReady()) {
            LogState log = services.log().writer().state();
            reasons.add("writes: " + StatusPages.logTrouble(log));
            writes = false;
        }
        if (!serving) {
            reasons.add("reads: this proxy does not serve now");
        }
        boolean redundant = true;
        for (Instance instance : services.proxy().instances()) {
            Use use = redundant(instance);
            if (!use.possible()) {
                redundant = false;
                reasons.add(instance + " is not redundant: " + use.told(informed));
            }
        }
        boolean all = reads && writes;
        ObjectNode body = Answers.object()
                .put("status", all ? "ready" : "not ready")
                .put("service", StatusPages.SERVICE)
                .put("reads", reads)
                .put("writes", writes)
                .put("redundant", redundant && services.proxy().instances().size() > 1);
        ArrayNode list = body.putArray("reasons");
        reasons.forEach(list::add);
        return Answers.json(all ? 200 : 503, body);
    }

    private boolean anyReads(List<String> reasons, boolean informed) {
        boolean any = services.proxy().instances().stream()
                .anyMatch(instance -> reads(instance).possible());
        if (!any) {
            services.proxy()
                    .instances()
                    .forEach(instance -> reasons.add(
                            "reads: " + instance + ": " + reads(instance).told(informed)));
        }
        return any;
    }

    private boolean anyWrites(List<String> reasons, boolean informed) {
        boolean any = services.proxy().instances().stream()
                .anyMatch(instance -> writes(instance).possible());
        if (!any) {
            services.proxy()
                    .instances()
                    .forEach(instance -> reasons.add(
                            "writes: " + instance + ": " + writes(instance).told(informed)));
        }
        return any;
    }

    /** What an instance can be used for, and what stands still there. */
    ObjectNode of(Instance instance) {
        ObjectNode node = Answers.object();
        put(node, "reads", reads(instance));
        put(node, "writes", writes(instance));
        put(node, "redundant", redundant(instance));
        ArrayNode holds = node.putArray("holds");
        if (instance.usable() && instance.writes().down()) {
            holds.add(hold(
                    "all writes", instance.writes().reason(), instance.writes().since(), Optional.empty()));
        }
        instance.holds().all().stream()
                .limit(SHOWN)
                .forEach(each -> holds.add(hold(each.what(), each.reason(), each.since(), each.until())));
        return node;
    }

    private static void put(ObjectNode node, String name, Use use) {
        node.put(name, use.possible()).put(name + "_reason", use.reason());
    }

    private static ObjectNode hold(String what, String reason, Instant since, Optional<Instant> until) {
        return Answers.object()
                .put("what", what)
                .put("reason", reason)
                .put("since", since.toString())
                .put("until", until.map(Instant::toString).orElse(null));
    }
}
