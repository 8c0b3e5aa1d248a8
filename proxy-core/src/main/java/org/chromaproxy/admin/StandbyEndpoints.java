package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.chromaproxy.admin.dashboard.DashboardFiles;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.admin.page.StatusPages;
import org.chromaproxy.exchange.OwnEndpoints;
import org.chromaproxy.http.ProxyError;

/** What a proxy says of itself while it does not own the log: that it stands by, and for whom. Thread-safe. */
public final class StandbyEndpoints implements OwnEndpoints {
    private static final String HELD =
            "the log is not served from before an operator has decided: ask with a token that may read everything";

    private final int instances;
    private final Supplier<String> owner;
    private final Supplier<String> held;
    private final DashboardFiles files = new DashboardFiles();

    /**
     * @param instances how many are configured; none is watched while standing by
     * @param owner who owned the log when it was last looked at, or empty; never blocks
     * @param held why the log, though owned, is not served from; empty if it is not owned
     */
    public StandbyEndpoints(int instances, Supplier<String> owner, Supplier<String> held) {
        this.held = held;
        this.instances = instances;
        this.owner = owner;
    }

    @Override
    public CompletionStage<Answer> handle(Request request) {
        try {
            AdminRequest asked = AdminRequest.of(request);
            if (asked.method().equals("GET") && asked.path().equals(DashboardFiles.PATH)) {
                return Answers.now(files.page());
            }
            if (asked.method().equals("GET") && asked.path().startsWith(DashboardFiles.PREFIX)) {
                return Answers.now(files.file(asked.segmentAfter(DashboardFiles.PREFIX)));
            }
            if (asked.method().equals("GET") && asked.path().equals("/health/live")) {
                return Answers.now(
                        Answers.json(200, Answers.object().put("status", "live").put("service", StatusPages.SERVICE)));
            }
            boolean known = asked.path().equals("/health")
                    || asked.path().equals("/health/ready")
                    || asked.path().equals("/status");
            if (!known || !asked.method().equals("GET")) {
                throw Answers.refuse(unserved(), unserved().message());
            }
            return Answers.now(Answers.json(503, standby(asked.path().equals("/status"), request.informed())));
        } catch (Answers.Refusal refusal) {
            return Answers.now(refusal.answer());
        }
    }

    @Override
    public ProxyError unserved() {
        return held.get().isEmpty() ? ProxyError.STANDBY : ProxyError.LOG_SHORTENED;
    }

    private ObjectNode standby(boolean detailed, boolean informed) {
        String seen = owner.get();
        String why = held.get();
        ObjectNode body = Answers.object()
                .put("status", why.isEmpty() ? "standby" : "held")
                .put("service", StatusPages.SERVICE)
                .put("architecture", StatusPages.ARCHITECTURE)
                .put("log_owner", seen)
                .put("pending_writes", 0)
                .put("reason", why.isEmpty() ? standing(seen) : informed ? why : HELD);
        body.put("reads", false).put("writes", false);
        if (detailed) {
            body.put("healthy_instances", 0)
                    .put("total_instances", instances)
                    .put("timestamp", Instant.now().toString());
        } else {
            body.put("healthy_instances", "0/" + instances);
        }
        return body;
    }

    private static String standing(String owner) {
        return owner.isEmpty() ? "the log was not taken yet" : "another proxy owns the log";
    }
}
