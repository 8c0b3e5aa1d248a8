package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.chromaproxy.config.Tls;
import org.chromaproxy.support.Certificates;
import org.chromaproxy.tls.TlsException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** TLS towards clients: what is passed, what is refused, and a change of the certificate under way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsFrontTest {
    private static final String TEXT = "x".repeat(1 << 20);

    private Path folder;
    private X509Bundle authority;
    private Path certificate;
    private Path key;
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    TlsFrontTest() {}

    @BeforeAll
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary;
        authority = authority();
        certificate = folder.resolve("certificate.pem");
        key = folder.resolve("key.pem");
        write(issued("one"));
        stage = Stage.open(tls(Optional.empty(), Tls.ClientAuth.NONE));
    }

    @AfterAll
    void close() {
        stage.close();
    }

    @Test
    void writesAndReadsPass() throws Exception {
        try (HttpClient client = client(authority, Optional.empty())) {
            String path = Collection.DATABASE + "/collections";
            HttpResponse<String> made = post(client, path, "{\"name\":\"over-tls\"}");
            assertEquals(200, made.statusCode(), made.body());
            String id = new Client.Answer(200, made.body(), made.headers())
                    .json()
                    .path("id")
                    .asText();
            String add = "{\"ids\":[\"a\"],\"embeddings\":[[1,2,3]],\"documents\":[\"" + TEXT + "\"]}";
            HttpResponse<String> added = post(client, path + "/" + id + "/add", add);
            assertEquals(201, added.statusCode(), added.body());
            for (int i = 0; i < 20; i++) {
                HttpResponse<String> read = post(client, path + "/" + id + "/get", "{}");
                assertEquals(200, read.statusCode(), read.body());
                assertTrue(read.body().contains("\"a\""), read.body());
            }
            Reply whole = new Reply.Fixed(200, "application/json", "{\"ids\":[\"" + TEXT + "\"]}");
            stage.primary().always(call -> call.is("get"), whole);
            stage.replica().always(call -> call.is("get"), whole);
            assertEquals(
                    "{\"ids\":[\"" + TEXT + "\"]}",
                    post(client, path + "/" + id + "/get", "{}").body());
        }
        List<Call> reads = new ArrayList<>(stage.primary().calls(call -> call.is("get")));
        reads.addAll(stage.replica().calls(call -> call.is("get")));
        assertTrue(reads.size() >= 20, reads.toString());
        reads.forEach(call -> assertEquals("https", call.headers().get("x-forwarded-proto")));
    }

    @Test
    void aClientOfAnotherAuthorityRefusesIt() throws Exception {
        try (HttpClient client = client(authority(), Optional.empty())) {
            assertThrows(SSLException.class, () -> get(client, "/health"));
        }
    }

    @Test
    void plainTextGetsNoAnswer() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertFalseHttp(socket.getInputStream());
        }
    }

    @Test
    void aHandshakeThatStopsIsCutOff() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout((int) Stage.SOON.toMillis());
            socket.getOutputStream().write(new byte[] {22, 3, 1});
            assertFalseHttp(socket.getInputStream());
        }
    }

    @Test
    void olderProtocolsAreRefused() throws Exception {
        for (int minor : new int[] {1, 2}) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
                socket.setSoTimeout((int) Stage.SOON.toMillis());
                socket.getOutputStream().write(hello(minor));
                byte[] alert = socket.getInputStream().readNBytes(7);
                // A fatal alert: protocol_version (RFC 5246, section 7.2.2).
                assertEquals(21, alert[0]);
                assertEquals(2, alert[5]);
                assertEquals(70, alert[6]);
            }
        }
    }

    @Test
    void aNewCertificateIsServedAndNoRequestFails() throws Exception {
        try (HttpClient client = client(authority, Optional.empty())) {
            List<CompletableFuture<HttpResponse<String>>> under = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                under.add(client.sendAsync(request("/health").build(), HttpResponse.BodyHandlers.ofString()));
                if (i == 100) {
                    write(issued("two"));
                    stage.proxy().reloadCertificates();
                }
            }
            for (CompletableFuture<HttpResponse<String>> answer : under) {
                assertEquals(200, answer.join().statusCode(), answer.join().body());
            }
        }
        assertEquals("CN=two", served());
        Files.writeString(certificate, "broken");
        assertThrows(TlsException.class, () -> stage.proxy().reloadCertificates());
        assertEquals("CN=two", served());
    }

    @Test
    void aClientCertificateIsDemandedAndChecked() throws Exception {
        X509Bundle clients = authority();
        Path ca = folder.resolve("clients.pem");
        Files.writeString(ca, clients.getCertificatePathPEM());
        write(issued("three"));
        try (Stage closed = Stage.open(tls(Optional.of(ca), Tls.ClientAuth.REQUIRE))) {
            int port = closed.proxy().address().getPort();
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/health"))
                    .build();
            try (HttpClient none = client(authority, Optional.empty());
                    HttpClient foreign = client(authority, Optional.of(issued("me")));
                    HttpClient known = client(authority, Optional.of(issuedBy(clients, "me")))) {
                assertThrows(IOException.class, () -> none.send(request, HttpResponse.BodyHandlers.discarding()));
                assertThrows(IOException.class, () -> foreign.send(request, HttpResponse.BodyHandlers.discarding()));
                assertEquals(
                        200,
                        known.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode());
            }
        }
    }

    /** TLS 1.2 with a cipher of old alone; BoringSSL then finds nothing in common. */
    @Test
    void weakCiphersAreRefused() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout((int) Stage.SOON.toMillis());
            socket.getOutputStream().write(hello(3));
            byte[] alert = socket.getInputStream().readNBytes(7);
            // A fatal alert: handshake_failure.
            assertEquals(21, alert[0]);
            assertEquals(2, alert[5]);
            assertEquals(40, alert[6]);
        }
    }

    /** A ClientHello of TLS 1.0 (minor 1), 1.1 (minor 2) or 1.2 (minor 3), with one cipher suite of old. */
    private static byte[] hello(int minor) {
        byte[] hello = new byte[50];
        hello[0] = 22;
        hello[1] = 3;
        hello[2] = 1;
        hello[4] = 45;
        hello[5] = 1;
        hello[8] = 41;
        hello[9] = 3;
        hello[10] = (byte) minor;
        // After 32 random bytes and an empty session id: ECDHE_ECDSA_WITH_AES_128_CBC_SHA, no compression, no
        // extensions.
        hello[45] = 2;
        hello[46] = (byte) 0xc0;
        hello[47] = 9;
        hello[48] = 1;
        return hello;
    }

    private static void assertFalseHttp(InputStream answer) throws IOException {
        try {
            assertTrue(!new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1).contains("HTTP/1.1"));
        } catch (SocketException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("reset"), e.toString());
        }
    }

    private String served() throws Exception {
        try (HttpClient client = client(authority, Optional.empty())) {
            X509Certificate leaf = (X509Certificate)
                    get(client, "/health").sslSession().orElseThrow().getPeerCertificates()[0];
            return leaf.getSubjectX500Principal().getName();
        }
    }

    private int port() {
        return stage.proxy().address().getPort();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port() + path));
    }

    private HttpResponse<String> get(HttpClient client, String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(HttpClient client, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).header("content-type", "application/json");
        return client.send(
                request.POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private Tls tls(Optional<Path> clientCa, Tls.ClientAuth auth) {
        return new Tls(Optional.of(certificate), Optional.of(key), "", clientCa, auth);
    }

    private void write(X509Bundle bundle) throws IOException {
        Files.writeString(certificate, bundle.getCertificatePathPEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());
    }

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private X509Bundle issued(String name) throws Exception {
        return issuedBy(authority, name);
    }

    private static X509Bundle issuedBy(X509Bundle by, String name) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + name)
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(by);
    }

    private static HttpClient client(X509Bundle trusted, Optional<X509Bundle> own) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(Certificates.java(trusted, own))
                .build();
    }
}
