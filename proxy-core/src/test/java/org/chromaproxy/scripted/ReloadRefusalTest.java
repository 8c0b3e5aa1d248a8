package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.chromaproxy.access.AccessFixture;
import org.chromaproxy.access.Role;
import org.chromaproxy.access.Tokens;
import org.chromaproxy.reload.ReloadReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Settings that could be taken up, beside a file of tokens or a certificate that cannot: nothing is. */
@Timeout(90)
class ReloadRefusalTest {
    @TempDir
    private Path folder;

    private final AccessFixture tokens = new AccessFixture();

    @Test
    void aSpoiltTokensFileIsToldAndNothingChanges() throws Exception {
        String admin = tokens.token("admin", Role.ADMIN);
        String file = "tokens_file: " + tokens.file().toAbsolutePath();
        try (ReloadBed bed = new ReloadBed(folder, file)) {
            String[] asAdmin = {"authorization", "Bearer " + admin};
            bed.settings(file, "request_timeout: 33");
            tokens.spoil();
            JsonNode answer = bed.reload(400, asAdmin);
            assertFalse(answer.path("success").asBoolean());
            assertEquals(0, answer.path("changed").size(), answer.toString());
            assertEquals(1, answer.path("not_taken").size(), answer.toString());
            String why = answer.at("/not_taken/0").asText();
            assertTrue(why.contains("cannot be used: line 2 has"), why);
            assertTrue(why.endsWith("the tokens before remain valid"), why);
            assertEquals(60_000, bed.reloader().config().timing().requestMs());

            tokens.revoke("neither");
            String reader = tokens.token("reader", Role.READ);
            assertEquals(1, bed.reload(200, asAdmin).path("changed").size());
            assertEquals(33_000, bed.reloader().config().timing().requestMs());
            assertEquals(
                    200,
                    bed.client()
                            .get("/status", "authorization", "Bearer " + reader)
                            .join()
                            .status());
        }
    }

    @Test
    void aSpoiltCertificateIsToldAndTheTokensStayToo() throws Exception {
        tokens.token("admin", Role.ADMIN);
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        X509Bundle issued = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(certificate, issued.getCertificatePathPEM());
        Files.writeString(key, issued.getPrivateKeyPEM());
        String[] files = {
            "tokens_file: " + tokens.file().toAbsolutePath(), "tls_certificate: " + certificate, "tls_key: " + key
        };
        try (ReloadBed bed = new ReloadBed(folder, files)) {
            Tokens before = bed.proxy().access().tokens();
            tokens.token("late", Role.READ);
            Files.writeString(certificate, "broken");
            ReloadReport refused = bed.reloader().reload();
            assertTrue(refused.refused());
            assertTrue(refused.problems().getFirst().contains("the certificates before remain in use"));
            assertSame(before, bed.proxy().access().tokens());

            tokens.spoil();
            assertEquals(2, bed.reloader().reload().problems().size(), "both are told at once");

            tokens.revoke("neither");
            Files.writeString(certificate, issued.getCertificatePathPEM());
            ReloadReport taken = bed.reloader().reload();
            assertFalse(taken.refused(), taken.toString());
            assertTrue(bed.proxy().access().tokens() != before);
        }
    }
}
