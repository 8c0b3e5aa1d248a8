package org.chromaproxy.config.audit;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.Tls;
import org.chromaproxy.config.audit.HardeningCheck.Settled;

/** Towards the Chroma servers and PostgreSQL. */
final class ServerChecks {
    private static final Set<String> COMMON = Set.of(
            "change-me",
            "changeme",
            "password",
            "postgres",
            "chroma",
            "chroma_proxy",
            "chroma-proxy",
            "secret",
            "admin",
            "root",
            "test",
            "123456",
            "12345678");
    private static final int SHORTEST = 12;

    static final List<HardeningCheck> ALL = List.of(
            new HardeningCheck(
                    "servers-tls",
                    "the way to the Chroma servers is TLS, or does not leave this machine",
                    "put something that speaks TLS in front of them and give `https` addresses, or keep that network private",
                    ServerChecks::plain),
            new HardeningCheck(
                    "servers-verified",
                    "the certificates of the Chroma servers are verified, authority and name",
                    "set `UPSTREAM_TLS_VERIFY` to `full`, with `UPSTREAM_CA`",
                    ServerChecks::verified),
            new HardeningCheck(
                    "servers-closed",
                    "the Chroma servers take nothing from others than the proxy",
                    "let only the proxy's machine reach them, or something in front of them demand `UPSTREAM_TOKEN` or"
                            + " `UPSTREAM_CERTIFICATE`",
                    ServerChecks::closed),
            new HardeningCheck(
                    "database-tls",
                    "the way to PostgreSQL is TLS with its certificate verified, or does not leave this machine",
                    "add `sslmode=verify-full` to `DATABASE_URL`",
                    ServerChecks::databaseTls),
            new HardeningCheck(
                    "database-password",
                    "the password of the database is of its own and long",
                    "choose one by `openssl rand -hex 16`, and change it in PostgreSQL and in `DATABASE_URL`",
                    ServerChecks::password),
            new HardeningCheck(
                    "transport",
                    "what a server does not acknowledge is given up by the kernel within seconds",
                    "set `TRANSPORT` to `epoll`, or to `auto`, and run the proxy on Linux",
                    ServerChecks::transport));

    private ServerChecks() {}

    private static Finding transport(Settled settled) {
        String transport = settled.config().listen().transport();
        return "nio".equals(transport)
                ? Finding.warn("TRANSPORT is nio: a write may take effect late after the network to a server broke")
                : Finding.ok("TRANSPORT is " + transport
                        + ("auto".equals(transport) ? "; a start warns where there is no epoll" : ""));
    }

    private static Finding plain(Settled settled) {
        List<String> plain = Exposure.of(settled.config()).plainServers();
        return plain.isEmpty()
                ? Finding.ok("no address over a network is plain HTTP")
                : Finding.warn("plain HTTP over a network to " + String.join(", ", plain));
    }

    private static Finding verified(Settled settled) {
        Config config = settled.config();
        boolean secured = config.instances().stream()
                .anyMatch(each -> "https".equals(each.url().getScheme()));
        Tls.Verify verify = config.listen().tls().upstream().verify();
        if (!secured || verify == Tls.Verify.FULL) {
            return Finding.ok(secured ? "UPSTREAM_TLS_VERIFY is full" : "there is none");
        }
        return verify == Tls.Verify.CA
                ? Finding.warn(
                        "UPSTREAM_TLS_VERIFY is ca: whoever has a certificate of that authority passes for a server")
                : Finding.fail("UPSTREAM_TLS_VERIFY is none: whoever is on the way reads and changes every record");
    }

    private static Finding closed(Settled settled) {
        Config config = settled.config();
        boolean local = config.instances().stream()
                .allMatch(each -> Loopback.is(each.url().getHost()));
        boolean shown = config.listen().access().upstreamToken().isPresent()
                || config.listen().tls().upstream().certificate().isPresent();
        return local || shown
                ? Finding.ok(
                        local
                                ? "they are on this machine; see that no other address reaches them"
                                : "the proxy shows them who it is")
                : Finding.warn("the proxy shows them nothing, so nothing can tell it from others");
    }

    private static Finding databaseTls(Settled settled) {
        if (settled.config().log().url().isEmpty()) {
            return Finding.ok("it is embedded");
        }
        DatabaseAddress address =
                DatabaseAddress.of(settled.config().log().url().get());
        if (address.local() || address.sslMode().equals("verify-full")) {
            return Finding.ok(address.local() ? "it is on this machine" : "sslmode is verify-full");
        }
        return switch (address.sslMode()) {
            case "verify-ca" -> Finding.warn("sslmode is verify-ca: its name is not verified");
            case "require" -> Finding.warn("sslmode is require: its certificate is not verified");
            default -> Finding.fail("sslmode is " + address.sslMode() + ": bodies and the password may go unencrypted");
        };
    }

    private static Finding password(Settled settled) {
        if (settled.config().log().url().isEmpty()) {
            return Finding.ok("it is embedded, and listens on this machine only");
        }
        DatabaseAddress address =
                DatabaseAddress.of(settled.config().log().url().get());
        String password = address.password();
        if (password.isEmpty()) {
            return address.local()
                    ? Finding.warn("DATABASE_URL has none: see that pg_hba.conf trusts nobody else of this machine")
                    : Finding.warn("DATABASE_URL has none: see that pg_hba.conf demands a certificate");
        }
        boolean common = COMMON.contains(password.toLowerCase(Locale.ROOT)) || password.equals(address.user());
        if (common) {
            return Finding.fail("it is one that everybody tries first");
        }
        return password.length() < SHORTEST
                ? Finding.warn("it has fewer than " + SHORTEST + " characters")
                : Finding.ok("it is none of those that everybody tries");
    }
}
