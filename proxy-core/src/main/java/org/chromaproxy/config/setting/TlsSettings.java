package org.chromaproxy.config.setting;

import java.util.Optional;

/** The settings of TLS on both sides; a part of the list in {@link Settings}. */
public final class TlsSettings {
    private static final String NONE = "none";

    public static final Setting<Optional<String>> TLS_CERTIFICATE = file(
                    "TLS_CERTIFICATE",
                    "PEM file for TLS towards clients: the chain, own certificate first. A change is noticed within seconds")
            .defaultWords("none (plain HTTP)")
            .example("/etc/chroma-proxy/certificate.pem");
    public static final Setting<Optional<String>> TLS_KEY =
            file("TLS_KEY", "its private key (PEM, PKCS#8)").example("/etc/chroma-proxy/key.pem");
    public static final Setting<Optional<String>> TLS_KEY_PASSWORD = optional(
                    "TLS_KEY_PASSWORD", Kinds.text(), "where the key is encrypted")
            .secret(Secrets::all)
            .example("a-password");
    public static final Setting<Optional<String>> TLS_CLIENT_CA = file(
                    "TLS_CLIENT_CA", "who must have signed clients' certificates (PEM)")
            .example("/etc/chroma-proxy/clients-ca.pem");
    public static final Setting<String> TLS_CLIENT_AUTH = Setting.of(
                    "TLS_CLIENT_AUTH",
                    Kinds.choice(NONE, "optional", "require"),
                    NONE,
                    "whether clients show a certificate: none, optional or require")
            .defaultWords(NONE)
            .example("optional");
    public static final Setting<Optional<String>> HEALTH_CERTIFICATE = file(
                    "HEALTH_CERTIFICATE",
                    "what `chroma-proxy health` shows where clients must show a certificate (PEM)")
            .example("/etc/chroma-proxy/health.pem");
    public static final Setting<Optional<String>> HEALTH_KEY = file(
                    "HEALTH_KEY", "its private key (PEM, PKCS#8, not encrypted)")
            .example("/etc/chroma-proxy/health-key.pem");
    public static final Setting<Optional<String>> UPSTREAM_CA = file(
                    "UPSTREAM_CA",
                    "who must have signed the certificates of servers with `https` addresses (PEM). A change is noticed within"
                            + " seconds")
            .defaultWords("none (whom the Java runtime trusts)")
            .example("/etc/chroma-proxy/servers-ca.pem");
    public static final Setting<String> UPSTREAM_TLS_VERIFY = Setting.of(
            "UPSTREAM_TLS_VERIFY",
            Kinds.choice("full", "ca", NONE),
            "full",
            "what is asked of them: full (authority and name), ca (authority only), or none: then whoever is on the way can"
                    + " read and change everything");
    public static final Setting<Optional<String>> UPSTREAM_TLS_SERVER_NAME = optional(
                    "UPSTREAM_TLS_SERVER_NAME",
                    Kinds.host(),
                    "the name in their certificates, and the one they are asked for (SNI), where it is not the host of"
                            + " their addresses")
            .defaultWords("none (that host)")
            .example("chroma.internal");
    public static final Setting<Optional<String>> UPSTREAM_CERTIFICATE = file(
                    "UPSTREAM_CERTIFICATE", "what the proxy shows servers that ask for a certificate (PEM)")
            .example("/etc/chroma-proxy/proxy.pem");
    public static final Setting<Optional<String>> UPSTREAM_KEY = file(
                    "UPSTREAM_KEY", "its private key (PEM, PKCS#8, not encrypted)")
            .example("/etc/chroma-proxy/proxy-key.pem");

    private TlsSettings() {}

    private static Setting<Optional<String>> file(String variable, String meaning) {
        return optional(variable, Kinds.path(), meaning);
    }

    private static Setting<Optional<String>> optional(String variable, Kind<String> kind, String meaning) {
        return Setting.of(variable, Kinds.optional(kind), Optional.empty(), meaning)
                .defaultWords(NONE);
    }
}
