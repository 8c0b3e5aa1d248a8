package org.chromaproxy.admin;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.chromaproxy.admin.dashboard.DashboardFiles;
import org.chromaproxy.admin.log.DeadLetterActions;
import org.chromaproxy.admin.log.DeadLetterPages;
import org.chromaproxy.admin.log.LogPages;
import org.chromaproxy.admin.log.TransactionIds;
import org.chromaproxy.admin.log.TransactionPages;
import org.chromaproxy.admin.metrics.MetricsPage;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.Blocking;
import org.chromaproxy.admin.page.Figures;
import org.chromaproxy.admin.page.InstancePages;
import org.chromaproxy.admin.page.MappingPages;
import org.chromaproxy.admin.page.ProcessFigures;
import org.chromaproxy.admin.page.Readiness;
import org.chromaproxy.admin.page.StatusPages;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.transport.EventLoops;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operators' endpoints of a proxy that owns its log: the table of paths, and what guards them. Thread-safe. */
public final class AdminEndpoints implements OwnEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(AdminEndpoints.class);
    private static final long PROBE_MS = 5_000;

    /** What answers one path. */
    private record Endpoint(String method, boolean acts, Function<AdminRequest, CompletionStage<Answer>> handler) {}

    private final AdminServices services;
    private final Blocking blocking;
    private final StatusPages status;
    private final RepairActions repairs;
    private final Map<String, Endpoint> exact = new HashMap<>();
    /** Prefix → what answers that prefix with one more segment. */
    private final Map<String, Endpoint> prefixed = new HashMap<>();
    /** What is done with the instance that the path names: the last segment → who does it. */
    private final Map<String, Function<AdminRequest, CompletionStage<Answer>>> instanceActions = new HashMap<>();

    /**
     * @param loops the proxy's own; requests to instances and changes of the catalog go over the first, which is the
     *     catalog lanes'
     * @param workers for what waits for PostgreSQL; at most 8 tasks at once are given to it
     */
    public AdminEndpoints(AdminServices services, EventLoops loops, ExecutorService workers) {
        EventLoop loop = loops.all().getFirst();
        ProcessFigures process = new ProcessFigures();
        loop.scheduleWithFixedDelay(process::sample, 0, 1, TimeUnit.SECONDS);
        Figures figures = new Figures(services, process);
        MappingPages mappings = new MappingPages(services);
        TransactionIds ids = new TransactionIds(services.log().reader());
        this.services = services;
        this.blocking = new Blocking(workers);
        this.repairs = new RepairActions(services, blocking);
        InstancePages instances = new InstancePages(services);
        this.status = new StatusPages(services, figures, mappings, instances);
        MetricsPage metrics = new MetricsPage(services, figures, process, blocking);
        loop.scheduleWithFixedDelay(() -> workers.execute(metrics::advance), 10, 10, TimeUnit.SECONDS);
        statusPages(metrics);
        dashboard(new DashboardFiles());
        page("/admin/instances", request -> instances.instances());
        page("/admin/events", instances::events);
        logPages(new LogPages(services, ids), mappings);
        transactionPages(new TransactionPages(services, blocking, ids));
        Actions actions = new Actions(services, blocking, loop);
        actions(actions);
        deadLetters(ids, actions);
    }

    private void statusPages(MetricsPage metrics) {
        page("/health", request -> status.health(request.original().informed()));
        Readiness readiness = new Readiness(services);
        page("/health/live", request -> readiness.live());
        page("/health/ready", request -> readiness.ready(request.original().informed()));
        get("/status", this::status);
        page("/wal/status", request -> status.walStatus());
        page("/admin/scalability_status", request -> status.scalability());
        get("/metrics", metrics::page);
    }

    private void dashboard(DashboardFiles files) {
        page(DashboardFiles.PATH, request -> files.page());
        prefixed.put(
                DashboardFiles.PREFIX,
                new Endpoint(
                        "GET", false, request -> Answers.now(files.file(request.segmentAfter(DashboardFiles.PREFIX)))));
    }

    private void logPages(LogPages log, MappingPages mappings) {
        page("/admin/wal_count", request -> log.count());
        get("/admin/wal_errors", request -> blocking.call(log::errors));
        get("/admin/wal_debug", request -> blocking.call(log::debug));
        get("/admin/transaction_safety_status", request -> blocking.call(log::safety));
        get("/transaction/safety/status", request -> blocking.call(log::service));
        get("/collection/mappings", request -> blocking.call(() -> mappings.mappings(request)));
        get("/admin/collection_mappings", request -> blocking.call(() -> mappings.collectionMappings(request)));
    }

    private void transactionPages(TransactionPages transactions) {
        for (String prefix : new String[] {"/transactions/", "/transaction/safety/transaction/"}) {
            prefixed.put(
                    prefix,
                    new Endpoint("GET", false, request -> transactions.page(request, request.segmentAfter(prefix))));
        }
    }

    private void actions(Actions actions) {
        InstanceActions instances = new InstanceActions(services);
        instanceActions.put("health", instances::force);
        instanceActions.put("drain", instances::drain);
        instanceActions.put("resume", instances::resume);
        instanceActions.put("resync", request -> repairs.resync(request, instances.instance(request)));
        exact.put("/admin/create_mapping", new Endpoint("POST", true, actions::createMapping));
        prefixed.put("/collection/mappings/", new Endpoint("DELETE", true, actions::dropMapping));
        exact.put("/admin/complete_mappings", new Endpoint("POST", true, actions::completeMappings));
        exact.put("/wal/cleanup", new Endpoint("POST", true, actions::cleanUp));
        ReloadAction reload = new ReloadAction(services);
        exact.put("/admin/reload", new Endpoint("POST", true, request -> blocking.call(reload::reload)));
        RecoveryActions recovery = new RecoveryActions(services, blocking, actions);
        exact.put("/admin/force_recovery_restart", new Endpoint("POST", true, recovery::restart));
        exact.put("/transaction/safety/recovery/trigger", new Endpoint("POST", true, recovery::trigger));
        exact.put("/transaction/safety/cleanup", new Endpoint("POST", true, recovery::forget));
        exact.put("/admin/clear_wal_errors", new Endpoint("POST", true, recovery::clearErrors));
    }

    private void deadLetters(TransactionIds ids, Actions actions) {
        DeadLetterPages letters = new DeadLetterPages(services, ids);
        DeadLetterActions decide = new DeadLetterActions(services, ids);
        String one = "/admin/dead_letters/";
        get("/admin/dead_letters", request -> blocking.call(() -> letters.page(request)));
        prefixed.put(
                one,
                new Endpoint("GET", false, request -> blocking.call(() -> letters.letter(request.segmentAfter(one)))));
        exact.put(
                "/admin/reset_stuck_transactions",
                new Endpoint("POST", true, request -> actions.alone(() -> blocking.call(() -> decide.reset(request)))));
    }

    private void page(String path, Function<AdminRequest, Answer> page) {
        get(path, request -> Answers.now(page.apply(request)));
    }

    private void get(String path, Function<AdminRequest, CompletionStage<Answer>> handler) {
        exact.put(path, new Endpoint("GET", false, handler));
    }

    @Override
    public CompletionStage<Answer> handle(Request request) {
        try {
            AdminRequest asked = AdminRequest.of(request);
            return admitted(asked).handler().apply(asked).exceptionally(AdminEndpoints::failed);
        } catch (RuntimeException e) {
            return Answers.now(failed(e));
        }
    }

    private Endpoint admitted(AdminRequest request) {
        Endpoint endpoint = find(request.path());
        if (!endpoint.method().equals(request.method())) {
            throw Answers.refuse(
                    ProxyError.METHOD_NOT_ALLOWED,
                    request.path() + " is for " + endpoint.method() + ". Nothing was done.");
        }
        if (endpoint.acts() && !request.original().acts()) {
            throw Answers.refuse(
                    ProxyError.FORBIDDEN, "Endpoints that act need a token with the role admin. Nothing was done.");
        }
        if (endpoint.acts()) {
            request.demandJson();
        }
        return endpoint;
    }

    /** Each as {@code METHOD /path}, with {@code {}} for what a caller puts in. */
    Set<String> endpoints() {
        Set<String> all = new TreeSet<>();
        exact.forEach((path, endpoint) -> all.add(endpoint.method() + " " + path));
        prefixed.forEach((prefix, endpoint) -> all.add(endpoint.method() + " " + prefix + "{}"));
        instanceActions.keySet().forEach(action -> all.add("POST " + InstanceActions.PREFIX + "{}/" + action));
        all.add("POST " + RepairActions.PREFIX + "{}" + RepairActions.SUFFIX);
        return all;
    }

    /** Every endpoint that acts, as {@code METHOD /path}, with {@code x} for what a caller puts in. */
    List<String> acting() {
        List<String> all = new ArrayList<>();
        exact.forEach((path, endpoint) -> acting(all, endpoint, path));
        prefixed.forEach((prefix, endpoint) -> acting(all, endpoint, prefix + "x"));
        instanceActions.keySet().forEach(action -> all.add("POST /admin/instances/x/" + action));
        all.add("POST /admin/collections/x/repair");
        return all;
    }

    private static void acting(List<String> all, Endpoint endpoint, String path) {
        if (endpoint.acts()) {
            all.add(endpoint.method() + " " + path);
        }
    }

    private Endpoint find(String path) {
        Endpoint endpoint = exact.get(path);
        if (endpoint != null) {
            return endpoint;
        }
        int last = path.lastIndexOf('/') + 1;
        if (RepairActions.addressed(path)) {
            return new Endpoint("POST", true, repairs::repair);
        }
        if (InstanceActions.addressed(path)) {
            var action = instanceActions.get(path.substring(last));
            if (action != null) {
                return new Endpoint("POST", true, action);
            }
        }
        Endpoint found = last < path.length() ? prefixed.get(path.substring(0, last)) : null;
        if (found == null) {
            throw Answers.notFound("The proxy has no endpoint " + path);
        }
        return found;
    }

    private CompletionStage<Answer> status(AdminRequest request) {
        if (!request.flag("realtime")) {
            return Answers.now(status.status());
        }
        CompletableFuture<?>[] probes = services.proxy().instances().stream()
                .map(instance -> services.hooks().health().probe(instance))
                .toArray(CompletableFuture<?>[]::new);
        // Whatever has not answered by then is shown as it was last known.
        return CompletableFuture.allOf(probes)
                .copy()
                .completeOnTimeout(null, PROBE_MS, TimeUnit.MILLISECONDS)
                .handle((done, error) -> status.status());
    }

    private static Answer failed(Throwable error) {
        Throwable cause =
                error instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : error;
        if (cause instanceof Answers.Refusal refusal) {
            return refusal.answer();
        }
        LOG.error("an operator's request failed", cause);
        return Answers.refuse(ProxyError.INTERNAL, "The proxy failed to answer, see its own log.")
                .answer();
    }
}
