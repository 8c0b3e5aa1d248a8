package org.chromaproxy.bench.row.real;

import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.chromaproxy.bench.process.Waiting;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Chroma;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Running;
import org.chromaproxy.bench.row.Setting;

/**
 * How long one client's requests take alone, and beside another's {@link Noise}: through the proxy, and on a bare server. The
 * goal is what the proxy adds to: the quiet value and twice what a bare server needs for one such write.
 */
public final class NoisyTenantRow implements Row {
    private static final String WARM_UP = "warm-up";
    private static final List<Noise> QUICK = List.of(Noise.WRITES, Noise.READS, Noise.CREATES);
    private static final String CALM_ADDRESS = "127.0.0.1";
    private static final String LOUD_ADDRESS = "127.0.0.2";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PER_SECOND = 12;
    private static final int LEAST = 3;
    private static final int LONGER = 4;
    /** Connections from which the noise comes that goes to another server: as many as keep that busy. */
    private static final int ELSEWHERE = 2;

    private static final double GOAL = 2;
    private static final double MILLION = 1e6;

    private final Setting setting;
    private final Running running = new Running();
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Noise, Histogram> needs = new EnumMap<>(Noise.class);
    private final Map<Noise, List<Double>> loads = new EnumMap<>(Noise.class);
    private final Map<String, LongAdder> loudAnswers = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> calmFailures = new TreeMap<>();
    private final List<Place> places = new ArrayList<>();

    public NoisyTenantRow(Setting setting) {
        this.setting = setting;
    }

    /** What the calm client asks for. */
    private enum Request {
        WRITE("writes"),
        READ("reads"),
        CREATE("creates");

        private final String words;

        Request(String words) {
            this.words = words;
        }
    }

    /** Where both clients are: their collections, and how long what the calm one asked for took. */
    private record Place(
            String name,
            boolean proxy,
            URI url,
            Caller calm,
            Caller loud,
            String calmly,
            String loudly,
            Map<String, Map<Request, Histogram>> times) {
        private Histogram times(String beside, Request request) {
            return times.computeIfAbsent(beside, _ -> new EnumMap<>(Request.class))
                    .computeIfAbsent(request, _ -> new Histogram(2));
        }

        private OptionalDouble p99(String beside, Request request) {
            Histogram all = times(beside, request);
            return all.getTotalCount() == 0
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(all.getValueAtPercentile(99) / MILLION);
        }
    }

    @Override
    public void prepare() {
        ChromaStack stack = ChromaStack.start(setting, running);
        places.add(place("chroma-proxy", true, stack.proxy().url()));
        places.add(place("bare Chroma", false, URI.create(stack.bare().url())));
        for (Place place : places) {
            calm(place, WARM_UP, setting.scale().time());
            for (Noise kind : QUICK) {
                beside(place, place, kind, WARM_UP);
            }
        }
    }

    private Place place(String name, boolean proxy, URI url) {
        Chroma chroma = new Chroma(url);
        Caller calm = running.add(new Caller(url, CALM_ADDRESS));
        Caller loud = running.add(new Caller(url, LOUD_ADDRESS));
        return new Place(
                name, proxy, url, calm, loud, collection(chroma, "calm"), collection(chroma, "loud"), new TreeMap<>());
    }

    private static String collection(Chroma chroma, String name) {
        String path = Chroma.COLLECTIONS + "/"
                + chroma.post(Chroma.COLLECTIONS, "{\"name\":\"" + name + "\"}")
                        .path("id")
                        .asText();
        chroma.post(path + "/add", "{\"ids\":[\"first\"],\"embeddings\":[[1,2,3]]}");
        return path;
    }

    @Override
    public void round(int round) {
        for (Noise kind : Running.rotated(List.of(Noise.values()), round)) {
            need(kind);
            for (Place place : Running.rotated(places, round)) {
                calm(place, alone(kind), time(place));
                beside(place, place, kind, kind.name());
            }
            beside(places.getFirst(), places.getLast(), kind, elsewhere(kind));
            loads.computeIfAbsent(kind, _ -> new ArrayList<>())
                    .add(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        }
    }

    /** What a bare server takes for one of that kind; whatever it answers. */
    private void need(Noise kind) {
        Place bare = places.getLast();
        Histogram times = needs.computeIfAbsent(kind, _ -> new Histogram(2));
        for (int i = 0; i < LEAST; i++) {
            long longest = 0;
            for (Noise.Step step : kind.steps(bare.loudly(), number.incrementAndGet())) {
                long begun = System.nanoTime();
                bare.loud().send(step);
                longest = Math.max(longest, System.nanoTime() - begun);
            }
            times.recordValue(longest);
        }
    }

    private static String alone(Noise kind) {
        return "before " + kind;
    }

    private static String elsewhere(Noise kind) {
        return kind + " elsewhere";
    }

    /** The bare server is looked at, not judged. */
    private Duration time(Place place) {
        return setting.scale().time().multipliedBy(place.proxy() ? LONGER : 1);
    }

    /**
     * The calm client beside the loud one.
     *
     * @param noisy where the loud one is: at the same place, or, for what the machine has to do with it, at another
     */
    private void beside(Place place, Place noisy, Noise kind, String name) {
        boolean together = place.url().equals(noisy.url());
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            int count = together ? kind.clients() : Math.min(ELSEWHERE, kind.clients());
            for (int i = 0; i < count; i++) {
                clients.execute(() -> again(noisy, kind, over));
            }
            try {
                // Not from the first moment on: what is measured is how it goes on.
                Waiting.holds(setting.scale().time().dividedBy(LEAST), () -> false);
                calm(place, name, together ? time(place) : setting.scale().time());
            } finally {
                over.set(true);
            }
        }
        // What the loud one has logged is not to disturb the next measurement.
        Chroma chroma = new Chroma(place.url());
        Waiting.until(
                PATIENCE,
                () -> !place.proxy()
                        || chroma.get("/status").path("pending_writes").asLong() == 0,
                () -> "what was logged is not applied: " + chroma.get("/status"));
    }

    private void again(Place place, Noise kind, AtomicBoolean over) {
        while (!over.get()) {
            for (Noise.Step step : kind.steps(place.loudly(), number.incrementAndGet())) {
                int status = over.get() ? -1 : place.loud().send(step);
                if (status >= 0) {
                    count(loudAnswers, kind + ", " + place.name() + ": " + (status == 0 ? "none" : status));
                }
            }
        }
    }

    /** So many requests of each sort, one after the other, on one connection; fewer where they take longer than that. */
    private void calm(Place place, String beside, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        long count = Math.max(LEAST, setting.scale().time().toMillis() * PER_SECOND / 1_000);
        for (long i = 0; i < count && (i < LEAST || System.nanoTime() < end); i++) {
            String id = "calm-" + number.incrementAndGet();
            timed(
                    place,
                    beside,
                    Request.WRITE,
                    place.calmly() + "/add",
                    "{\"ids\":[\"" + id + "\"],\"embeddings\":[[1,2,3]]}");
            timed(place, beside, Request.READ, place.calmly() + "/get", "{\"ids\":[\"" + id + "\"]}");
            timed(place, beside, Request.CREATE, Chroma.COLLECTIONS, "{\"name\":\"" + id + "\"}");
        }
    }

    private void timed(Place place, String beside, Request request, String path, String body) {
        long begun = System.nanoTime();
        int status = place.calm().send(new Noise.Step("POST", path, body));
        place.times(beside, request).recordValue(System.nanoTime() - begun);
        if (status / 100 != 2) {
            count(calmFailures, place.name() + ", " + request.words + " beside " + beside + ": " + status);
        }
    }

    private static void count(Map<String, LongAdder> counts, String name) {
        counts.computeIfAbsent(name, _ -> new LongAdder()).increment();
    }

    @Override
    public Section section() {
        Section section = new Section("noisy-tenant", "One client beside another's noise, real Chroma");
        List<Goal> goals = new ArrayList<>();
        goals.add(Goal.atMost(
                "one client beside another's noise: requests that were not answered with success",
                0,
                "",
                OptionalDouble.of((double) calmFailures.entrySet().stream()
                        .filter(each ->
                                each.getKey().startsWith(places.getFirst().name()))
                        .mapToLong(each -> each.getValue().sum())
                        .sum()),
                ""));
        for (Noise kind : Noise.values()) {
            double need = needs.getOrDefault(kind, new Histogram(2)).getValueAtPercentile(50) / MILLION;
            file(section, kind, need);
            goals.add(Goal.atMost(
                    "beside " + kind + ": p99 above its quiet value, in times of what a bare server needs for one",
                    GOAL,
                    " ×",
                    excess(kind, need),
                    ""));
        }
        section.note(
                "The calm client sends a write of one record, a read of it and a create of a collection in turn, from one"
                        + " address; the loud one, to the proxy another principal, comes from another, from several connections at"
                        + " once (WRITES and READS 24, CREATES 8, of the others 1 or 2). Quiet, and beside: ms, p99 of all rounds"
                        + " together; the quiet value of each kind is measured right before it, in each round. What one needs: the median"
                        + " on a bare server that has nothing else to do. The goal is for whichever of writes, reads and creates it is"
                        + " most.");
        section.note(
                "No principal has a bound of its own. Two controls: the same noise and the same calm client at a bare"
                        + " server; and the calm client at the proxy while the noise, from 2 connections, goes to the bare server"
                        + " (\"noise elsewhere\"): what of it is the machine's doing.");
        section.note(
                "Both clients, the proxy, PostgreSQL and three Chroma servers share the machine's processors. Load average"
                        + " after each round: " + loads + ".");
        section.note("Answers to the loud one: " + loudAnswers + "; those of the bare server are of fewer seconds.");
        if (!calmFailures.isEmpty()) {
            section.note("**Not answered with success: " + calmFailures + "**");
        }
        section.goals(goals);
        return section;
    }

    private void file(Section section, Noise kind, double need) {
        String row = kind.name();
        for (Place place : places) {
            for (Request request : Request.values()) {
                String what = place.name() + ": " + request.words + ", ";
                place.p99(alone(kind), request)
                        .ifPresent(p99 -> section.samples().add(row, what + "quiet", p99));
                place.p99(row, request).ifPresent(p99 -> section.samples().add(row, what + "beside", p99));
                place.p99(elsewhere(kind), request)
                        .ifPresent(p99 -> section.samples().add(row, what + "noise elsewhere", p99));
            }
        }
        section.samples().add(row, "a bare server needs for one", need);
        long requests = places.getFirst().times(row, Request.WRITE).getTotalCount();
        section.samples().add(row, "requests of each sort", (double) requests);
    }

    /** Of that sort of request for which it is most. */
    private OptionalDouble excess(Noise kind, double need) {
        Place proxy = places.getFirst();
        OptionalDouble most = OptionalDouble.empty();
        for (Request request : Request.values()) {
            OptionalDouble alone = proxy.p99(alone(kind), request);
            OptionalDouble beside = proxy.p99(kind.name(), request);
            if (alone.isPresent() && beside.isPresent()) {
                double times = Math.max(0, beside.getAsDouble() - alone.getAsDouble()) / need;
                most = OptionalDouble.of(Math.max(times, most.orElse(0)));
            }
        }
        return most;
    }

    @Override
    public void close() {
        running.close();
    }
}
