package org.chromaproxy.acceptance.crash;

import static org.chromaproxy.acceptance.harness.ChromaApi.collection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Path;
import org.chromaproxy.acceptance.harness.ChromaApi;
import org.chromaproxy.acceptance.harness.Deployment;
import org.chromaproxy.acceptance.harness.Json;
import org.chromaproxy.acceptance.harness.Operator;
import org.chromaproxy.acceptance.harness.TlsTerminator;
import org.chromaproxy.support.Certificates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real Chroma servers behind TLS: everything passes, one dies and comes back, and both end equal. */
@Timeout(900)
class TlsUpstreamIT {
    private static final int READS = 40;

    private static ObjectNode record(String id) {
        return Json.object(
                "ids",
                Json.array(id),
                "embeddings",
                Json.array(Json.array(1, 2, 3)),
                "documents",
                Json.array("text of " + id));
    }

    private static void write(ChromaApi proxy, String name, int from, int to) {
        for (int i = from; i < to; i++) {
            proxy.add(collection(name), record("r" + i));
        }
    }

    @Test
    void everythingPassesAndAServerThatDiesComesBack(@TempDir Path directory) throws Exception {
        X509Bundle authority = Certificates.authority("servers");
        Path ca = Certificates.chain(directory.resolve("ca.pem"), authority);
        try (Deployment deployment = Deployment.prepare(directory);
                TlsTerminator primary = new TlsTerminator(
                        deployment.primary().url(), authority, Certificates.loopback(authority, "primary"));
                TlsTerminator replica = new TlsTerminator(
                        deployment.replica().url(), authority, Certificates.loopback(authority, "replica"))) {
            ChromaApi proxy = deployment
                    .startProxy(
                            "PRIMARY_URL", primary.url(), "REPLICA_URL", replica.url(), "UPSTREAM_CA", ca.toString())
                    .api();
            Operator operator = new Operator(proxy);
            String id = proxy.create("over-tls");
            write(proxy, "over-tls", 0, 20);
            deployment.assertEqualWhenDrained(proxy);
            for (int i = 0; i < READS; i++) {
                // The one by its id is passed on as bytes, the one by its name is not.
                assertEquals(20, proxy.count(collection(id)));
                assertEquals(20, proxy.count(collection("over-tls")));
                assertEquals(
                        "text of r7",
                        proxy.records(collection(id), Json.object("ids", Json.array("r7")))
                                .at("/documents/0")
                                .asText());
            }
            for (String instance : new String[] {"primary", "replica"}) {
                assertTrue(operator.instance(instance).path("url").asText().startsWith("https://"));
            }

            deployment.primary().kill();
            write(proxy, "over-tls", 20, 40);
            assertEquals(40, proxy.count(collection(id)));
            deployment.primary().restart();
            operator.awaitHealthy(true, true);
            write(proxy, "over-tls", 40, 50);
            deployment.assertEqualWhenDrained(proxy);
            assertEquals(50, proxy.count(collection(id)));
        }
    }
}
