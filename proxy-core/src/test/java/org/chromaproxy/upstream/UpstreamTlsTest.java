package org.chromaproxy.upstream;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCountUtil;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.chromaproxy.config.Tls;
import org.chromaproxy.instance.Instance;
import org.chromaproxy.instance.InstanceState;
import org.chromaproxy.instance.Instances;
import org.chromaproxy.support.Certificates;
import org.chromaproxy.tls.ClientTls;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS towards instances: who is believed, what is said of who is not, and that giving up stays giving up. */
class UpstreamTlsTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int HUGE = 64 << 20;

    private final EventLoops loops = new EventLoops(Transport.named("auto"), 1);
    private final AtomicInteger troubles = new AtomicInteger();

    @TempDir
    private Path folder;

    private X509Bundle authority;
    private Path ca;

    @SuppressWarnings("NullAway.Init")
    UpstreamTlsTest() {}

    @BeforeEach
    void anAuthority() throws Exception {
        authority = Certificates.authority("servers");
        ca = Certificates.chain(folder.resolve("ca.pem"), authority);
    }

    @AfterEach
    void stop() {
        loops.close();
    }

    /** An instance and the way to it. */
    private record Way(Instance instance, UpstreamClient client, ClientTls tls, EventLoop loop)
            implements AutoCloseable {
        CompletableFuture<UpstreamResponse> get() {
            return client.send(loop, instance, UpstreamRequest.get("/"), 30_000);
        }

        UpstreamException refusal() {
            CompletionException error = assertThrows(CompletionException.class, () -> get().join());
            return assertInstanceOf(UpstreamException.class, error.getCause());
        }

        @Override
        public void close() {
            client.reset(instance);
            loop.submit(() -> {}).syncUninterruptibly();
            tls.close();
        }
    }

    private Way way(TlsServer server, Tls.Upstream settings) {
        Instance instance = new Instance("primary", 0, URI.create("https://127.0.0.1:" + server.port()));
        instance.become(InstanceState.UP, "");
        ClientTls tls = new ClientTls(settings);
        UpstreamClient client = new UpstreamClient(
                loops, new Instances(List.of(instance)), troubled -> troubles.incrementAndGet(), Optional.of(tls));
        // As the health checker would: it is looked at anew, and well.
        client.recognise((_, _) -> CompletableFuture.completedFuture(Optional.empty()), restarted -> {
            restarted.become(InstanceState.DOWN, "it closed all its connections");
            restarted.become(InstanceState.UP, "");
        });
        return new Way(instance, client, tls, loops.all().getFirst());
    }

    private Tls.Upstream settings(Tls.Verify verify, String name) {
        return new Tls.Upstream(
                Optional.of(ca),
                verify,
                Optional.of(name).filter(given -> !given.isEmpty()),
                Optional.empty(),
                Optional.empty());
    }

    private Tls.Upstream settings() {
        return settings(Tls.Verify.FULL, "");
    }

    private static TlsServer server(X509Bundle bundle) throws Exception {
        return new TlsServer(Optional.of(Certificates.serverContext(bundle)));
    }

    private void refused(Optional<SslContext> context, Tls.Upstream settings, String... words) throws Exception {
        try (TlsServer server = new TlsServer(context);
                Way way = way(server, settings)) {
            UpstreamException refusal = way.refusal();
            for (String word : words) {
                assertTrue(String.valueOf(refusal.getMessage()).contains(word), refusal.getMessage());
                assertTrue(refusal.refusal().contains(word), refusal.refusal());
            }
            assertTrue(refusal.neverSent());
            assertTrue(refusal.refused());
            assertEquals(0, server.requests.get());
            assertEquals(1, way.tls().handshakes().allFailed());
            assertEquals(0, way.tls().handshakes().allCompleted());
            assertTrue(troubles.getAndSet(0) > 0, "nobody was told");
        }
    }

    private void refused(X509Bundle bundle, Tls.Upstream settings, String... words) throws Exception {
        refused(Optional.of(Certificates.serverContext(bundle)), settings, words);
    }

    private static void answered(Way way) {
        UpstreamResponse answer = way.get().join();
        assertEquals(200, answer.status());
        assertEquals("{}", answer.text());
    }

    @Test
    void aServerOfTheAuthorityIsBelievedAndItsConnectionUsedAgain() throws Exception {
        try (TlsServer server = server(Certificates.loopback(authority, "primary"));
                Way way = way(server, settings())) {
            for (int i = 0; i < 10; i++) {
                answered(way);
            }
            assertEquals(10, server.requests.get());
            assertEquals(1, server.connections.size());
            assertEquals(1, way.tls().handshakes().allCompleted());
            assertEquals(0, troubles.get());
        }
    }

    @Test
    void whoIsNotBelievedIsRefusedWithTheReasonAndWhatToDo() throws Exception {
        refused(Certificates.expired(authority), settings(), "has expired", "renew it");
        refused(Certificates.notYetValid(authority), settings(), "not valid yet", "clocks");
        refused(
                Certificates.forName(authority, "other.example"),
                settings(),
                "for another name",
                "UPSTREAM_TLS_SERVER_NAME");
        X509Bundle stranger = Certificates.loopback(Certificates.authority("servers"), "primary");
        refused(stranger, settings(), "not trusted here", "UPSTREAM_CA");
        refused(
                Certificates.loopback("self").setIsCertificateAuthority(true).buildSelfSigned(),
                settings(),
                "not trusted here",
                "UPSTREAM_CA");
        refused(stranger, Tls.Upstream.DEFAULT, "not trusted here", "UPSTREAM_CA");
        refused(Certificates.expired(authority), settings(Tls.Verify.CA, ""), "has expired");
    }

    @Test
    void whoSpeaksSomethingElseIsRefused() throws Exception {
        X509Bundle good = Certificates.loopback(authority, "primary");
        refused(Optional.empty(), settings(), "does not speak TLS");
        SslContext old = Certificates.server(good)
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .protocols("TLSv1.1")
                .build();
        refused(Optional.of(old), settings(), "neither TLS 1.2 nor 1.3");
        ReferenceCountUtil.release(old);
        refused(
                Optional.of(Certificates.server(good)
                        .protocols("TLSv1.2")
                        .ciphers(List.of("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"))
                        .build()),
                settings(),
                "no protocol or cipher in common");
        refused(
                Optional.of(Certificates.server(good)
                        .protocols("TLSv1.2")
                        .trustManager(authority.getCertificate())
                        .clientAuth(ClientAuth.REQUIRE)
                        .build()),
                settings(),
                "certificate",
                "its own log");
    }

    /** With TLS 1.3 the server judges the client after that has sent its first request: it may have been seen. */
    @Test
    void aCertificateDemandedByTls13IsToldAndLeavesTheRequestInDoubt() throws Exception {
        SslContext demanding = Certificates.server(Certificates.loopback(authority, "primary"))
                .protocols("TLSv1.3")
                .trustManager(authority.getCertificate())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
        try (TlsServer server = new TlsServer(Optional.of(demanding));
                Way way = way(server, settings())) {
            UpstreamException refusal = way.refusal();
            assertTrue(String.valueOf(refusal.getMessage()).contains("UPSTREAM_CERTIFICATE"), refusal.getMessage());
            assertFalse(refusal.neverSent());
            assertEquals(0, server.requests.get());
            X509Bundle own = Certificates.loopback(authority, "proxy");
            Tls.Upstream mutual = new Tls.Upstream(
                    Optional.of(ca),
                    Tls.Verify.FULL,
                    Optional.empty(),
                    Optional.of(Certificates.chain(folder.resolve("proxy.pem"), own)),
                    Optional.of(Certificates.key(folder.resolve("proxy-key.pem"), own)));
            try (Way known = way(server, mutual)) {
                answered(known);
            }
        }
    }

    @Test
    void lessIsVerifiedOnlyWhereThatIsSaid() throws Exception {
        try (TlsServer other = server(Certificates.forName(authority, "other.example"));
                Way byAuthority = way(other, settings(Tls.Verify.CA, ""));
                Way byName = way(other, settings(Tls.Verify.FULL, "other.example"));
                Way byWrongName = way(other, settings(Tls.Verify.FULL, "third.example"))) {
            answered(byAuthority);
            assertEquals(List.of(), other.namesAsked);
            answered(byName);
            assertTrue(other.namesAsked.toString().contains("other.example"), other.namesAsked.toString());
            assertTrue(String.valueOf(byWrongName.refusal().getMessage()).contains("another name"));
        }
        try (TlsServer stranger = server(Certificates.expired(Certificates.authority("stranger")));
                Way blind = way(stranger, settings(Tls.Verify.NONE, ""))) {
            answered(blind);
        }
    }

    @Test
    void anAnswerWithoutLengthIsWholeOnlyIfTlsSaysSo() throws Exception {
        try (TlsServer server = server(Certificates.loopback(authority, "primary"));
                Way way = way(server, settings())) {
            server.answering("HTTP/1.1 200 OK\r\n\r\n{\"half\":", TlsServer.End.CUT);
            UpstreamException cut = way.refusal();
            assertTrue(String.valueOf(cut.getMessage()).contains("without TLS saying"), cut.getMessage());
            assertFalse(cut.neverSent());
            server.answering("HTTP/1.1 200 OK\r\n\r\n{}", TlsServer.End.TLS_ONLY);
            answered(way);
        }
    }

    /** Otherwise the next request would be written to nobody, and be in doubt. */
    @Test
    void aConnectionWhoseTlsIsOverIsNotUsedAgain() throws Exception {
        try (TlsServer server = server(Certificates.loopback(authority, "primary"));
                Way way = way(server, settings())) {
            server.answering(TlsServer.WHOLE, TlsServer.End.TLS_ONLY);
            answered(way);
            await().atMost(SOON).until(() -> open(way) == 0);
            answered(way);
            assertEquals(2, server.connections.size());
        }
    }

    /** A server that stopped reading must not find, when it reads on, what was given up meanwhile. */
    @Test
    void whatWasGivenUpIsDiscardedAndNotDeliveredLater() throws Exception {
        try (TlsServer server = server(Certificates.loopback(authority, "primary"));
                Way way = way(server, settings())) {
            server.deafen();
            byte[] body = new byte[HUGE];
            CompletableFuture<UpstreamResponse> write = way.client()
                    .send(
                            way.loop(),
                            way.instance(),
                            new UpstreamRequest("POST", "/", EmptyHttpHeaders.INSTANCE, body),
                            0);
            await().atMost(SOON).until(() -> way.tls().handshakes().allCompleted() == 1);
            way.loop().submit(() -> {}).get();

            way.client().reset(way.instance());
            way.loop().submit(() -> {}).get();

            server.listen();
            await().atMost(SOON).until(write::isCompletedExceptionally);
            assertEquals(0, open(way));
            await().atMost(SOON).until(() -> !server.connections.getFirst().isActive());
            assertTrue(server.bytes.get() < HUGE / 2, server.bytes.get() + " bytes were delivered after all");
            assertEquals(0, server.goodbyes.get());
        }
    }

    /** Slow is not wrong: whether the instance is down is decided by its silence. */
    @Test
    void aHandshakeThatStopsEndsAndIsNoRefusal() throws Exception {
        try (java.net.ServerSocket mute = new java.net.ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress())) {
            Instance instance = new Instance("primary", 0, URI.create("https://127.0.0.1:" + mute.getLocalPort()));
            instance.become(InstanceState.UP, "");
            try (ClientTls tls = new ClientTls(settings())) {
                UpstreamClient client =
                        new UpstreamClient(loops, new Instances(List.of(instance)), any -> {}, Optional.of(tls));
                Way way = new Way(instance, client, tls, loops.all().getFirst());
                UpstreamException late = way.refusal();
                assertTrue(String.valueOf(late.getMessage()).contains("in time"), late.getMessage());
                assertTrue(late.neverSent());
                assertFalse(late.refused());
            }
        }
    }

    /** As when an instance is marked down while connections to it are being made. */
    @Test
    void aHandshakeThatTheProxyItselfGivesUpIsNoFailureOfTheInstance() throws Exception {
        try (java.net.ServerSocket mute = new java.net.ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress())) {
            Instance instance = new Instance("primary", 0, URI.create("https://127.0.0.1:" + mute.getLocalPort()));
            instance.become(InstanceState.UP, "");
            try (ClientTls tls = new ClientTls(settings())) {
                UpstreamClient client = new UpstreamClient(
                        loops, new Instances(List.of(instance)), any -> troubles.incrementAndGet(), Optional.of(tls));
                Way way = new Way(instance, client, tls, loops.all().getFirst());
                CompletableFuture<UpstreamResponse> asked = way.get();
                mute.accept().getInputStream().readNBytes(1);
                client.reset(instance);
                CompletionException error = assertThrows(CompletionException.class, asked::join);
                UpstreamException reset = assertInstanceOf(UpstreamException.class, error.getCause());
                assertTrue(String.valueOf(reset.getMessage()).contains("was reset"), reset.getMessage());
                assertTrue(reset.neverSent());
                assertFalse(reset.refused());
                assertEquals(0, tls.handshakes().allFailed());
                assertEquals(0, troubles.get());
                assertEquals(0, open(way));
            }
        }
    }

    private static int open(Way way) {
        return way.client().census(10, TimeUnit.SECONDS).stream()
                .map(CompletableFuture::join)
                .mapToInt(loop -> loop.pools().getFirst().open())
                .sum();
    }
}
