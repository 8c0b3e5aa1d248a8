package org.chromaproxy.tls;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.OpenSsl;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.SSLSocket;
import org.chromaproxy.config.Tls;
import org.chromaproxy.support.Certificates;
import org.chromaproxy.transport.EventLoops;
import org.chromaproxy.transport.Transport;
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

    /** As openssl writes them: {@code openssl pkcs8 -topk8}. */
    @Test
    void keysOfBothKindsServePlainOrEncrypted(@TempDir Path folder) throws Exception {
        X509Bundle authority = Certificates.authority("proxies");
        for (X509Bundle bundle : List.of(
                Certificates.loopback(authority, "ec"),
                Certificates.loopback("rsa").rsa2048().buildIssuedBy(authority))) {
            Path certificate = Certificates.chain(folder.resolve("certificate.pem"), bundle);
            Path key = Certificates.key(folder.resolve("key.pem"), bundle);
            serves(authority, certificate, key, "");
            Files.writeString(key, encrypted(bundle, "secret"));
            serves(authority, certificate, key, "secret");
            refused(certificate, key, "TLS_KEY_PASSWORD if it is encrypted");
        }
    }

    private static String encrypted(X509Bundle bundle, String password) throws Exception {
        String algorithm = "PBEWithHmacSHA256AndAES_256";
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray())));
        byte[] sealed = cipher.doFinal(bundle.getKeyPair().getPrivate().getEncoded());
        AlgorithmParameters how = AlgorithmParameters.getInstance("PBES2");
        how.init(cipher.getParameters().getEncoded());
        byte[] encoded = new EncryptedPrivateKeyInfo(how, sealed).getEncoded();
        return "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
                + "\n-----END ENCRYPTED PRIVATE KEY-----\n";
    }

    private static void serves(X509Bundle authority, Path certificate, Path key, String password) throws Exception {
        Tls settings =
                new Tls(Optional.of(certificate), Optional.of(key), password, Optional.empty(), Tls.ClientAuth.NONE);
        try (EventLoops loops = new EventLoops(Transport.NIO, 1);
                ServerTls tls = ServerTls.of(settings).orElseThrow()) {
            Channel listener = new ServerBootstrap()
                    .group(loops.group())
                    .channel(loops.transport().serverClass())
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            tls.accept(channel);
                        }
                    })
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .syncUninterruptibly()
                    .channel();
            int port = ((InetSocketAddress) listener.localAddress()).getPort();
            try (SSLSocket socket = (SSLSocket) Certificates.java(authority, Optional.empty())
                    .getSocketFactory()
                    .createSocket(InetAddress.getLoopbackAddress(), port)) {
                socket.startHandshake();
                assertEquals("TLSv1.3", socket.getSession().getProtocol());
            }
            await().until(() -> tls.handshakes().allCompleted() == 1);
        }
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
