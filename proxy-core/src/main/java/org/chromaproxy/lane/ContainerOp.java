package org.chromaproxy.lane;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.chromaproxy.upstream.UpstreamResponse;

/** Creating databases and tenants, and changing tenants: no mapping hangs on them. */
final class ContainerOp implements CatalogOp {
    private final CatalogSteps steps;

    ContainerOp(CatalogSteps steps) {
        this.steps = steps;
    }

    @Override
    public Plan plan(Lane lane, Write write) {
        var request = write.record().content().request();
        return new Plan.Send(request.method(), request.path());
    }

    @Override
    public void applied(Lane lane, Write write, UpstreamResponse answer) {
        steps.complete(lane, write, List.of(), WriteResult.of(answer));
    }

    @Override
    public boolean metItself(Lane lane, Write write, UpstreamResponse refusal) {
        if (refusal.status() != 409 || !steps.again(lane, write)) {
            return false;
        }
        // It exists there: made by this record's first sending, or before the proxy came.
        steps.complete(lane, write, List.of(), WriteResult.json(200, "{}".getBytes(StandardCharsets.UTF_8)));
        return true;
    }
}
