package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.chromaproxy.config.Tls;
import org.chromaproxy.support.Certificates;
import org.chromaproxy.tls.TlsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The whole proxy in front of instances that speak TLS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsUpstreamTest {
    private static final String TEXT = "x".repeat(1 << 20);
    private static final int READS = 40;

    private X509Bundle authority;
    private Path ca;
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    TlsUpstreamTest() {}

    @BeforeAll
    void open(@TempDir Path folder) throws Exception {
        authority = Certificates.authority("servers");
        ca = Certificates.chain(folder.resolve("ca.pem"), authority);
        X509Bundle servers = Certificates.loopback(authority, "servers");
        stage = Stage.open(Stage.Settings.DEFAULT, trusting(ca), Optional.of(Certificates.serverContext(servers)));
    }

    @AfterAll
    void close() {
        stage.close();
    }

    private static Tls trusting(Path ca) {
        Tls.Upstream upstream = new Tls.Upstream(
                Optional.of(ca), Tls.Verify.FULL, Optional.empty(), Optional.empty(), Optional.empty());
        return new Tls(Optional.empty(), Optional.empty(), "", Optional.empty(), Tls.ClientAuth.NONE, upstream);
    }

    private JsonNode shown(String instance) {
        for (JsonNode one : stage.client().get("/admin/instances").join().json().path("instances")) {
            if (one.path("name").asText().equals(instance)) {
                return one;
            }
        }
        throw new AssertionError("no instance " + instance);
    }

    /** Of the side of the instances. */
    private double metric(String name) {
        String page =
                stage.client().get("/metrics", "Accept", "text/plain").join().body();
        return page.lines()
                .filter(line -> line.startsWith("chroma_proxy_" + name + "{side=\"instances\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private double handshakes() {
        return metric("tls_handshakes_total");
    }

    @Test
    void writesAndReadsOfEveryKindPass() {
        Collection collection = stage.usedCollection();
        String large = "{\"ids\":[\"large\"],\"embeddings\":[[0.5,1]],\"documents\":[\"" + TEXT + "\"]}";
        assertEquals(201, collection.write("add", large).join().status());
        await().atMost(Stage.SOON)
                .until(() -> stage.replica().model().ids(collection.name()).contains("large"));
        double before = handshakes();
        for (int i = 0; i < READS; i++) {
            Client.Answer plain = collection.read().join();
            assertEquals(200, plain.status(), plain.body());
            assertTrue(plain.body().contains("large"), plain.body());
            Client.Answer stated =
                    collection.write("get", "{}", "X-Forwarded-Proto", "http").join();
            assertEquals(200, stated.status(), stated.body());
        }
        // What passes TLS by breaks its connection and begins anew: nothing but this would tell.
        assertTrue(handshakes() < before + READS / 2, "connections break");
        for (ScriptedChroma instance : List.of(stage.primary(), stage.replica())) {
            List<Call> reads = instance.calls(call -> call.is("get"));
            assertTrue(!reads.isEmpty(), "never read");
            reads.forEach(call ->
                    assertEquals(instance.uri().getAuthority(), call.headers().get("host")));
        }
        Reply whole = new Reply.Fixed(200, "application/json", "{\"ids\":[\"" + TEXT + "\"]}");
        stage.primary().always(call -> call.is("get"), whole);
        stage.replica().always(call -> call.is("get"), whole);
        assertEquals("{\"ids\":[\"" + TEXT + "\"]}", collection.read().join().body());
        stage.forget();
        assertTrue(shown("primary").path("url").asText().startsWith("https://"));
    }

    /** Its connection is closed with more of it under way. */
    @Test
    void aLargeAnswerThatIsNotChromasIsLetGoOf() {
        Collection collection = stage.usedCollection();
        Reply foreign = new Reply.Fixed(200, "application/json", "[\"" + TEXT + "\"]");
        stage.primary().always(call -> call.is("get"), foreign);
        stage.replica().always(call -> call.is("get"), foreign);
        assertEquals(502, collection.read().join().status());
        stage.forget();
        assertEquals(200, collection.read().join().status());
    }

    @Test
    void anInstanceThatVanishesIsReplacedAndCatchesUp() {
        Collection collection = stage.usedCollection();
        stage.primary().vanish();
        List<String> ids = new ArrayList<>(List.of("first"));
        for (int i = 0; i < 20; i++) {
            ids.add("while-away-" + i);
            assertEquals(201, collection.add("while-away-" + i).join().status());
        }
        stage.primary().reappear();
        await().atMost(Stage.SOON)
                .untilAsserted(() -> assertEquals(ids, stage.primary().model().ids(collection.name())));
        await().atMost(Stage.SOON)
                .until(() -> shown("primary").path("state").asText().equals("up"));
    }

    /** The servers' certificates are no longer trusted, then they are again: connections that are open go on. */
    @Test
    void aChangedAuthorityHoldsForNewConnections() throws Exception {
        Collection collection = stage.usedCollection();
        String before = Files.readString(ca);
        Files.writeString(ca, Certificates.authority("another").getCertificatePathPEM());
        stage.proxy().reloadCertificates();
        assertEquals(201, collection.add("over-open-connections").join().status());
        stage.client()
                .post("/admin/instances/replica/health", "{\"healthy\":false,\"duration_seconds\":0.5}")
                .join();
        await().atMost(Stage.SOON)
                .until(() -> shown("replica").path("reason").asText().contains("UPSTREAM_CA"));
        assertEquals("down", shown("replica").path("state").asText());

        Files.writeString(ca, "broken");
        assertThrows(TlsException.class, () -> stage.proxy().reloadCertificates());
        Files.writeString(ca, before);
        // Nobody reloads: the files are looked at.
        await().atMost(Stage.SOON)
                .until(() -> shown("replica").path("state").asText().equals("up"));
        await().atMost(Stage.SOON)
                .until(() -> stage.replica().model().ids(collection.name()).contains("over-open-connections"));
        assertTrue(metric("tls_handshakes_failed_total") > 0);
    }

    @Test
    void anInstanceWhoseCertificateIsWrongIsNotUsedFromTheStart(@TempDir Path folder) throws Exception {
        Path other = Certificates.chain(folder.resolve("other.pem"), Certificates.authority("other"));
        X509Bundle servers = Certificates.loopback(authority, "servers");
        try (Stage closed = Stage.open(
                Stage.Settings.DEFAULT.withLogMs(500).withRequestMs(1_000),
                trusting(other),
                Optional.of(Certificates.serverContext(servers)))) {
            Client.Answer health = closed.client().get("/health").join();
            assertEquals(503, health.status());
            assertTrue(health.body().contains("not trusted here"), health.body());
            assertEquals(List.of(), closed.primary().calls(any -> true));
        }
    }
}
