package org.chromaproxy.adopt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.chromaproxy.blocking.StepException;
import org.chromaproxy.capability.Capabilities;
import org.chromaproxy.capability.Feature;
import org.chromaproxy.capability.OpenApi;
import org.chromaproxy.copy.CopyServices;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.Witnesses;
import org.chromaproxy.route.ChromaPaths;
import org.chromaproxy.scan.ClientJson;
import org.chromaproxy.upstream.UpstreamResponse;
import org.chromaproxy.wal.record.Mapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what each server can do: its own list of routes and schemas, and two requests to the witness collection that
 * change nothing, for what no schema tells. Blocking, for worker threads; thread-safe.
 */
public final class CapabilityProbe {
    private static final Logger LOG = LoggerFactory.getLogger(CapabilityProbe.class);
    private static final String DOCUMENT = "/openapi.json";
    private static final Mapping.Path WITNESS =
            new Mapping.Path(Witnesses.TENANT, Witnesses.DATABASE, Witnesses.COLLECTION);
    private static final String FILTER = "{\"where\":{\"lsn\":{\"$contains\":\"\"}},\"limit\":1,\"include\":[]}";
    /** Of an id that is not there. */
    private static final String UPDATE = "{\"ids\":[\"chroma-proxy-probe\"],\"metadatas\":[{\"#\":1}]}";

    private final CopyServices services;

    public CapabilityProbe(CopyServices services) {
        this.services = services;
    }

    /** Looks at an instance that has come back and is not used yet. One that does not say is unknown again. */
    public void look(Instance instance) {
        try {
            Capabilities seen = document(instance);
            if (seen.known()) {
                seen = tried(instance, seen);
            }
            noted(instance, seen);
        } catch (StepException e) {
            LOG.info("what instance {} can do is not known: {}", instance, e.getMessage());
            instance.capabilities(Capabilities.UNKNOWN);
        }
    }

    /** Looks at those that are used and had a connection broken: a quick restart may have been an upgrade. */
    public void lookAtSuspects() {
        lookAgain(Instance::takeCapabilitiesSuspicion);
    }

    /** Looks at all that are used, for a change that nobody saw. */
    public void lookAtAll() {
        lookAgain(instance -> true);
    }

    /** Only one whose document has changed is tried again. */
    private void lookAgain(Predicate<Instance> which) {
        services.instances().stream().filter(Instance::usable).filter(which).forEach(instance -> {
            try {
                Capabilities seen = document(instance);
                Capabilities before = instance.capabilities();
                boolean same = seen.routes().equals(before.routes())
                        && before.features().containsAll(seen.features())
                        && before.missing().containsAll(seen.missing());
                if (!same) {
                    look(instance);
                }
            } catch (StepException e) {
                LOG.debug("what instance {} can do is not looked at: {}", instance, e.getMessage());
            }
        });
    }

    private Capabilities document(Instance instance) {
        UpstreamResponse answer = services.remote().get(instance, DOCUMENT);
        return answer.success() ? OpenApi.read(answer.body()) : Capabilities.UNKNOWN;
    }

    private Capabilities tried(Instance instance, Capabilities seen) {
        UpstreamResponse witness = services.remote().get(instance, ChromaPaths.collection(WITNESS));
        if (!witness.success()) {
            return seen;
        }
        String path = ChromaPaths.collections(WITNESS.tenant(), WITNESS.database()) + "/" + id(witness);
        Capabilities more = with(seen, Feature.LIST_FILTERS, send(instance, path + "/get", FILTER));
        return with(more, Feature.LENIENT_KEYS, send(instance, path + "/update", UPDATE));
    }

    private UpstreamResponse send(Instance instance, String path, String body) {
        return services.remote().write(instance, "POST", path, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Capabilities with(Capabilities seen, Feature feature, UpstreamResponse answer) {
        return switch (answer.status()) {
            case 200 -> seen.with(feature, true);
            case 400, 422 -> seen.with(feature, false);
            default -> seen;
        };
    }

    private static String id(UpstreamResponse witness) {
        try {
            JsonNode collection = ClientJson.tree(witness.body());
            return collection.path("id").asText();
        } catch (IOException e) {
            throw new StepException("the witness is not JSON: " + e.getMessage());
        }
    }

    private void noted(Instance instance, Capabilities seen) {
        boolean changed = !seen.equals(instance.capabilities());
        instance.capabilities(seen);
        if (changed) {
            LOG.info(
                    "instance {} has {} routes, {}, and lacks {}",
                    instance,
                    seen.routes().size(),
                    seen.features(),
                    seen.missing());
            if (!services.instances().releases().differences().isEmpty()) {
                LOG.warn(
                        "the instances run different releases of Chroma; only some of them can do: {}",
                        services.instances().releases().differences());
            }
        }
    }
}
