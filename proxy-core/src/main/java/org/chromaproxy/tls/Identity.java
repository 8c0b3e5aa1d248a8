package org.chromaproxy.tls;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * A certificate that can be shown, and its key.
 *
 * @param chain own certificate first
 */
record Identity(List<X509Certificate> chain, PrivateKey key) {
    /**
     * Where one is read from.
     *
     * @param setting of the certificate; its key's has {@code _KEY} in place of {@code _CERTIFICATE}
     * @param password see {@link Pem#key}
     */
    record Files(String setting, Path certificate, Path key, Optional<String> password) {
        /** @throws TlsException when they cannot be used, or do not belong together */
        Identity read() {
            List<X509Certificate> chain = List.of(Pem.certificates(setting, certificate));
            String keySetting = setting.replace("_CERTIFICATE", "_KEY");
            PrivateKey secret = Pem.key(keySetting, key, password);
            Pem.match(chain.getFirst(), secret, keySetting, key);
            return new Identity(chain, secret);
        }
    }

    /** The key stays out of logs. */
    @Override
    public String toString() {
        return "Identity[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
