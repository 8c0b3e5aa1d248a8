package org.chromaproxy.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Reads certificates and keys from PEM files (RFC 7468). Errors name the setting and the file, never what is in it. */
final class Pem {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]*)-----END \\1-----");

    private static final String GIVE_PEM = "give a PEM file with BEGIN CERTIFICATE, the own certificate first";

    private Pem() {}

    /** At least one. */
    static X509Certificate[] certificates(String setting, Path file) {
        try {
            X509Certificate[] chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(setting, file)))
                    .toArray(X509Certificate[]::new);
            if (chain.length > 0) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            throw problem(setting, file, "holds no certificates that can be read (" + e.getMessage() + ")", GIVE_PEM);
        }
        throw problem(setting, file, "holds no certificate", GIVE_PEM);
    }

    /** @param password empty text where the key is not encrypted; nothing where it must not be */
    static PrivateKey key(String setting, Path file, Optional<String> password) {
        Matcher found = KEY.matcher(new String(bytes(setting, file), StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            throw problem(setting, file, "holds no private key", "give a PEM file with BEGIN PRIVATE KEY");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(found.group(2));
            return switch (found.group(1)) {
                case "PRIVATE KEY" -> key(new PKCS8EncodedKeySpec(encoded));
                case "ENCRYPTED PRIVATE KEY" -> key(decrypted(encoded, password.orElse("")));
                default ->
                    throw problem(
                            setting,
                            file,
                            "is in an older format (" + found.group(1) + ")",
                            "convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
            };
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            String encrypted =
                    password.isPresent() ? ", and " + setting + "_PASSWORD if it is encrypted" : ", not encrypted";
            throw problem(setting, file, "cannot be read", "give an RSA or EC key in PKCS#8" + encrypted);
        }
    }

    private static PrivateKey key(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (GeneralSecurityException e) {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        }
    }

    /** The cipher is the one the file names. */
    @SuppressWarnings("InsecureCryptoUsage")
    private static PKCS8EncodedKeySpec decrypted(byte[] encoded, String password)
            throws GeneralSecurityException, IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encoded);
        String algorithm =
                info.getAlgName().equals("PBES2") ? info.getAlgParameters().toString() : info.getAlgName();
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray())),
                info.getAlgParameters());
        return info.getKeySpec(cipher);
    }

    /** Refuses a key that is not the certificate's: otherwise only the other side would notice. */
    static void match(X509Certificate certificate, PrivateKey key, String setting, Path file) {
        try {
            String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
            Signature signature = Signature.getInstance(algorithm);
            byte[] text = {1, 2, 3};
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            if (signature.verify(signed)) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // Keys of different kinds, reported below.
        }
        throw problem(setting, file, "does not belong to the certificate", "give the key it was made with");
    }

    private static byte[] bytes(String setting, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw problem(
                    setting, file, "cannot be read (" + e + ")", "give a file that the proxy's own user may read");
        }
    }

    static TlsException problem(String setting, Path file, String what, String action) {
        return new TlsException(setting + "=" + file + ": " + what + "; " + action);
    }
}
