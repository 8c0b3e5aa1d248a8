package org.chromaproxy.scripted;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.X509Bundle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.chromaproxy.support.Certificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link FloodIT} does, with TLS: handshakes that stop half-way, connections that are idle after theirs, records that do
 * not end. Prints what one such connection costs, which {@code MemoryPlan} counts and docs/memory.md tells:
 * {@code -Dit.test=TlsFloodIT -Dattack.connections=5000} measures it again.
 */
class TlsFloodIT {
    private static final int MEMORY_MB = 400;
    private static final int RECORD_HEAD = 5;
    private static final int RECORD = 16 << 10;
    private static final byte HANDSHAKE = 22;

    /** Of each generation. */
    private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

    @TempDir
    private static Path folder;

    private static FloodBed bed;
    private static SSLContext trusting;
    private static SslContext hostile;

    @BeforeAll
    static void start() throws Exception {
        X509Bundle authority = Certificates.authority("everybody");
        X509Bundle own = Certificates.loopback(authority, "proxy");
        Path certificate = Certificates.chain(folder.resolve("certificate.pem"), own);
        Path key = Certificates.key(folder.resolve("key.pem"), own);
        trusting = Certificates.java(authority, Optional.empty());
        hostile = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        bed = new FloodBed(
                folder,
                MEMORY_MB,
                Optional.of(trusting),
                Map.of("TLS_CERTIFICATE", certificate.toString(), "TLS_KEY", key.toString()));
    }

    @AfterAll
    static void stop() {
        if (bed != null) {
            bed.close();
        }
    }

    /** The first message of a client, whose answer it will never take up. */
    private static byte[] hello() throws SSLException {
        SSLEngine engine = trusting.createSSLEngine("127.0.0.1", bed.port());
        engine.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        return Arrays.copyOf(record.array(), record.position());
    }

    /** The beginning of a record, all but its last octets. */
    private static byte[] halfRecord() {
        byte[] record = new byte[RECORD_HEAD + RECORD - 100];
        record[0] = HANDSHAKE;
        record[1] = 3;
        record[2] = 3;
        record[3] = (byte) (RECORD >> 8);
        record[4] = (byte) RECORD;
        return record;
    }

    /** Floods, and prints what each connection costs while it is open. */
    private static void flood(String kind, Flood.Client attacker, FloodBed.While then) throws Exception {
        long heap = heapKb();
        long before = bed.memoryKb("VmRSS");
        bed.flood(kind, FloodBed.CONNECTIONS, attacker, flood -> {
            then.step(flood);
            long open = Math.max(
                    1, bed.status().get("client_connections").get("open").longValue());
            long more = heapKb() - heap;
            long resident = bed.memoryKb("VmRSS") - before;
            System.out.println(kind + ": " + open + " connections; each " + more * 1024 / open
                    + " bytes of the heap, " + resident * 1024 / open
                    + " bytes more resident (true only where the process has grown: the first flood of a process)");
        });
    }

    /** What is used of the heap after a full collection, in kB. */
    private static long heapKb() throws Exception {
        jcmd("GC.run");
        Matcher generations = USED.matcher(jcmd("GC.heap_info"));
        long used = 0;
        while (generations.find()) {
            used += Long.parseLong(generations.group(1));
        }
        return used;
    }

    private static String jcmd(String command) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(bed.pid()), command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), output);
        return output;
    }

    @Test
    void handshakesThatStopHalfWay() throws Exception {
        flood("half handshakes", Flood.Client.sending(hello()), _ -> {});
    }

    @Test
    void firstRecordsThatDoNotEnd() throws Exception {
        flood("half first records", Flood.Client.sending(halfRecord()).dripping("x"), _ -> {});
    }

    @Test
    void idleAfterTheHandshake() throws Exception {
        flood(
                "idle after the handshake",
                Flood.Client.sending("").speaking(hostile),
                flood -> await().atMost(Duration.ofMinutes(2)).until(() -> flood.secured() > 0));
    }
}
