package org.chromaproxy.tls;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.handler.ssl.OpenSsl;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.chromaproxy.config.Tls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be used are refused, and the message says which and what to do. */
class ServerTlsTest {
    @Test
    void whatCannotWorkIsRefused(@TempDir Path folder) throws Exception {
        X509Bundle one = new CertificateBuilder()
                .ecp256()
                .subject("CN=one")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle two = new CertificateBuilder()
                .ecp256()
                .subject("CN=two")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path certificate = Files.writeString(folder.resolve("certificate.pem"), one.getCertificatePathPEM());
        Path other = Files.writeString(folder.resolve("other.pem"), two.getPrivateKeyPEM());
        String pem = one.getPrivateKeyPEM();
        Path old = Files.writeString(folder.resolve("old.pem"), pem.replace("PRIVATE", "EC PRIVATE"));
        refused(certificate, other, "does not belong to the certificate");
        refused(certificate, old, "openssl pkcs8");
        refused(certificate, certificate, "holds no private key");
        refused(other, other, "TLS_CERTIFICATE=" + other);
        refused(folder.resolve("none"), other, "cannot be read");
    }

    @Test
    void boringSslIsThere() {
        assertTrue(OpenSsl.isAvailable(), String.valueOf(OpenSsl.unavailabilityCause()));
    }

    private static void refused(Path certificate, Path key, String why) {
        Tls settings = new Tls(Optional.of(certificate), Optional.of(key), "", Optional.empty(), Tls.ClientAuth.NONE);
        String said = String.valueOf(
                assertThrows(TlsException.class, () -> ServerTls.of(settings)).getMessage());
        assertTrue(said.contains(why), said);
    }
}
