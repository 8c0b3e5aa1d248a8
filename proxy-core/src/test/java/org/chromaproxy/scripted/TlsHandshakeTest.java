package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.chromaproxy.acceptance.input.RawConnection;
import org.chromaproxy.config.AccessSettings;
import org.chromaproxy.config.ClientSettings;
import org.chromaproxy.config.Tls;
import org.chromaproxy.config.command.SettingOptions;
import org.chromaproxy.supervise.HealthCommand;
import org.chromaproxy.support.Certificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A proxy that demands client certificates, in front of instances with TLS: clients that do it right, wrong, slowly. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsHandshakeTest {
    private static final int MOST_CONNECTIONS = 20;
    private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: proxy\r\n\r\n";

    private Path folder;
    private X509Bundle authority;
    private X509Bundle mine;
    private Path certificate;
    private Path key;
    private Stage stage;

    @SuppressWarnings("NullAway.Init")
    TlsHandshakeTest() {}

    @BeforeAll
    void open(@TempDir Path temporary) throws Exception {
        folder = temporary;
        authority = Certificates.authority("everybody");
        mine = Certificates.loopback(authority, "client");
        X509Bundle own = Certificates.loopback(authority, "proxy");
        certificate = Certificates.chain(folder.resolve("certificate.pem"), own);
        key = Certificates.key(folder.resolve("key.pem"), own);
        Path ca = Certificates.chain(folder.resolve("ca.pem"), authority);
        Tls.Upstream upstream = new Tls.Upstream(
                Optional.of(ca), Tls.Verify.FULL, Optional.empty(), Optional.empty(), Optional.empty());
        AccessSettings access = new AccessSettings(
                Optional.empty(), Optional.empty(), new ClientSettings(15_000, 0, MOST_CONNECTIONS, List.of()));
        stage = Stage.open(
                Stage.Settings.DEFAULT.withAccess(access),
                new Tls(
                        Optional.of(certificate),
                        Optional.of(key),
                        "",
                        Optional.of(ca),
                        Tls.ClientAuth.REQUIRE,
                        upstream),
                Optional.of(Certificates.serverContext(Certificates.loopback(authority, "servers"))));
    }

    @AfterAll
    void close() {
        stage.close();
    }

    private int port() {
        return stage.proxy().address().getPort();
    }

    private SSLSocket socket(X509Bundle trusted, Optional<X509Bundle> own) throws Exception {
        SSLSocket socket = (SSLSocket) Certificates.java(trusted, own)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    private RawConnection known() throws Exception {
        return new RawConnection(socket(authority, Optional.of(mine)));
    }

    private RawConnection.Response asked(String request) throws Exception {
        try (RawConnection client = known()) {
            return client.send(request).read();
        }
    }

    /** As the metrics tell it. */
    private double failed() throws Exception {
        String metrics = asked("GET /metrics HTTP/1.1\r\nHost: proxy\r\nAccept: text/plain\r\n\r\n")
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith("chroma_proxy_tls_handshakes_failed_total{side=\"clients\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private void counted(double before, int more) {
        await().atMost(Stage.SOON).untilAsserted(() -> assertEquals(before + more, failed()));
    }

    private void turnedAway(X509Bundle trusted, Optional<X509Bundle> own) throws Exception {
        try (SSLSocket socket = socket(trusted, own)) {
            socket.setSoTimeout((int) Stage.SOON.toMillis());
            assertThrows(IOException.class, () -> {
                socket.getOutputStream().write(HEALTH.getBytes(StandardCharsets.US_ASCII));
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("closed");
                }
            });
        }
    }

    @Test
    void everyHandshakeThatFailsIsCounted() throws Exception {
        double before = failed();
        turnedAway(authority, Optional.empty());
        counted(before, 1);
        turnedAway(authority, Optional.of(Certificates.loopback(Certificates.authority("else"), "foreign")));
        turnedAway(authority, Optional.of(Certificates.expired(authority)));
        turnedAway(Certificates.authority("else"), Optional.of(mine));
        counted(before, 4);
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port())) {
            plain.setSoTimeout((int) Stage.SOON.toMillis());
            plain.getOutputStream().write(HEALTH.getBytes(StandardCharsets.US_ASCII));
            assertEquals("", answer(plain.getInputStream()).replaceAll("[^ -~]", ""));
        }
        counted(before, 5);
        // As a balancer does to see whether the port is open.
        new Socket(InetAddress.getLoopbackAddress(), port()).close();
        assertEquals(200, asked(HEALTH).status());
        counted(before, 5);
    }

    /** What came before the end, however it came. */
    private static String answer(InputStream in) throws IOException {
        try {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return "";
        }
    }

    @Test
    void aClientThatDoesNotReadStallsTheInstanceOverTlsToo() throws Exception {
        String collections = Collection.DATABASE + "/collections";
        String name = "{\"name\":\"slow\"}";
        RawConnection.Response made = asked("POST " + collections
                + " HTTP/1.1\r\nHost: proxy\r\nContent-Type: application/json\r\nContent-Length: " + name.length()
                + "\r\n\r\n" + name);
        assertEquals(200, made.status(), made.body());
        String id = made.body().replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
        BackpressureTest.stalls(stage, collections + "/" + id + "/get", known());
    }

    /** They take places, for ten seconds at most; others get in again. */
    @Test
    void handshakesThatStopAreBoundedInNumberAndTime() throws Exception {
        await().atMost(Stage.SOON).until(this::quiet);
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < MOST_CONNECTIONS; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
                open.add(socket);
                socket.setSoTimeout((int) Stage.SOON.toMillis());
                socket.getOutputStream().write(new byte[] {22, 3, 1});
            }
            try (Socket beyond = new Socket(InetAddress.getLoopbackAddress(), port())) {
                beyond.setSoTimeout((int) Stage.SOON.toMillis());
                assertEquals("", answer(beyond.getInputStream()));
            }
            for (Socket socket : open) {
                answer(socket.getInputStream());
            }
            assertEquals(200, asked(HEALTH).status());
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    private boolean quiet() throws Exception {
        return asked(HEALTH).status() == 200;
    }

    @Test
    void healthIsLetInWithACertificateAndElseSaysWhatToDo() throws Exception {
        StringWriter printed = new StringWriter();
        assertEquals(1, health(printed), printed::toString);
        assertTrue(printed.toString().contains("set health_certificate and health_key"), printed::toString);
        Path shown = Certificates.chain(folder.resolve("health.pem"), mine);
        Path secret = Certificates.key(folder.resolve("health-key.pem"), mine);
        assertEquals(0, health(printed, "--health-certificate=" + shown, "--health-key=" + secret), printed::toString);
        Files.writeString(secret, "broken");
        assertEquals(1, health(printed, "--health-certificate=" + shown, "--health-key=" + secret));
        assertTrue(printed.toString().contains("HEALTH_KEY=" + secret), printed::toString);
    }

    private int health(StringWriter printed, String... more) throws IOException {
        CommandLine command = new CommandLine(new HealthCommand());
        SettingOptions.addTo(command);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of(
                "--host=127.0.0.1",
                "--port=" + port(),
                "--tls-certificate=" + certificate,
                "--tls-key=" + key,
                "--tls-client-ca=" + folder.resolve("ca.pem"),
                "--tls-client-auth=require"));
        return command.setOut(new PrintWriter(printed, true)).execute(arguments.toArray(String[]::new));
    }

    /** A certificate that clients refuse: they are told by TLS, and the proxy goes on. */
    @Test
    void anExpiredOrForeignCertificateIsTheClientsToRefuse() throws Exception {
        String before = Files.readString(certificate);
        String keyBefore = Files.readString(key);
        for (X509Bundle wrong :
                List.of(Certificates.expired(authority), Certificates.forName(authority, "other.example"))) {
            Certificates.chain(certificate, wrong);
            Certificates.key(key, wrong);
            stage.proxy().reloadCertificates();
            assertThrows(
                    SSLException.class,
                    () -> socket(authority, Optional.of(mine)).startHandshake());
        }
        Files.writeString(certificate, before);
        Files.writeString(key, keyBefore);
        // Nobody reloads: the files are looked at.
        await().atMost(Stage.SOON).ignoreExceptions().until(() -> asked(HEALTH).status() == 200);
    }
}
