package org.chromaproxy.config.audit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.chromaproxy.config.FileModes;
import org.chromaproxy.config.audit.HardeningCheck.Settled;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.Source;
import org.chromaproxy.config.setting.TlsSettings;
import org.chromaproxy.config.setting.Values;

/** On the disk: who may read and change the files that decide. Each look blocks. */
final class FileChecks {
    private static final String WHOSE =
            "`chmod` and `chown` them: to the proxy's user or root, writable by the owner only";

    private static final List<Setting<Optional<String>>> KEYS =
            List.of(TlsSettings.TLS_KEY, TlsSettings.UPSTREAM_KEY, TlsSettings.HEALTH_KEY);
    private static final List<Setting<Optional<String>>> CERTIFICATES = List.of(
            TlsSettings.TLS_CERTIFICATE,
            TlsSettings.TLS_CLIENT_CA,
            TlsSettings.UPSTREAM_CA,
            TlsSettings.UPSTREAM_CERTIFICATE,
            TlsSettings.HEALTH_CERTIFICATE);

    static final List<HardeningCheck> ALL = List.of(
            new HardeningCheck(
                    "settings-file",
                    "nobody else reads or changes the file of the settings where secrets stand in it",
                    "`chmod 600`, or `640` with the proxy's group, and the proxy's user or root as its owner",
                    FileChecks::settings),
            new HardeningCheck(
                    "tokens-file",
                    "nobody else changes the file of the tokens, and a start takes every line of it",
                    WHOSE + "; correct the lines that are named",
                    FileChecks::tokens),
            new HardeningCheck(
                    "local-token",
                    "nobody else reads or changes the file of the local token",
                    "remove it and have the proxy reload: it makes a new one with mode 0600",
                    FileChecks::localToken),
            new HardeningCheck(
                    "key-files",
                    "nobody else reads or changes the private keys",
                    "`chmod 600`, or `640` with the proxy's group; where one was readable make a new one",
                    FileChecks::keys),
            new HardeningCheck(
                    "certificate-files",
                    "nobody else changes certificates, and the authorities that are trusted",
                    WHOSE,
                    FileChecks::certificates),
            new HardeningCheck(
                    "data-folder",
                    "nobody else enters `DATA_DIR` where it is in use",
                    "`chmod 700`, with the proxy's user as its owner",
                    FileChecks::data));

    private FileChecks() {}

    private static Finding settings(Settled settled) {
        if (settled.file().isEmpty()) {
            return Finding.ok("there is none");
        }
        Path file = settled.file().get();
        Values values = settled.values();
        boolean secret = Settings.all().stream()
                .anyMatch(setting -> setting.use().secret() && values.source(setting) instanceof Source.File);
        String danger = first(FileModes.danger(file, secret), FileModes.stranger(file));
        return danger.isEmpty()
                ? Finding.ok(secret ? "it holds secrets, and is kept" : "it holds no secret, and is kept")
                : Finding.fail(file + " " + danger);
    }

    private static Finding tokens(Settled settled) {
        return settled.config()
                .listen()
                .access()
                .tokensFile()
                .map(file -> tokens(file, settled))
                .orElseGet(() -> Finding.ok("there is none"));
    }

    private static Finding tokens(Path file, Settled settled) {
        Finding kept = each(Stream.of(file), false);
        String trouble = kept.rating() == Finding.Rating.OK ? settled.tokens().apply(file) : "";
        return trouble.isEmpty() ? kept : Finding.fail("a start would refuse it: " + trouble);
    }

    private static Finding localToken(Settled settled) {
        if (settled.config().listen().access().tokensFile().isPresent()) {
            return Finding.ok("with TOKENS_FILE there is none");
        }
        Path file = settled.config().localTokenFile();
        if (!Files.exists(file)) {
            return Finding.ok("the proxy makes it at its first start");
        }
        String danger = first(FileModes.exposed(file), FileModes.danger(file, true), FileModes.stranger(file));
        return danger.isEmpty() ? Finding.ok("it is kept") : Finding.fail(file + " " + danger);
    }

    private static Finding keys(Settled settled) {
        return each(files(settled.values(), KEYS), true);
    }

    private static Finding certificates(Settled settled) {
        return each(files(settled.values(), CERTIFICATES), false);
    }

    private static Finding data(Settled settled) {
        Path folder = settled.config().log().dataDirectory();
        boolean used = settled.config().log().url().isEmpty()
                || settled.config().listen().access().tokensFile().isEmpty();
        if (!used || !Files.isDirectory(folder)) {
            return Finding.ok(used ? "the proxy makes it at its first start" : "it is not in use");
        }
        String danger = first(FileModes.open(folder), FileModes.stranger(folder));
        return danger.isEmpty() ? Finding.ok("it is kept") : Finding.warn(folder + " " + danger);
    }

    private static Stream<Path> files(Values values, List<Setting<Optional<String>>> settings) {
        return settings.stream()
                .flatMap(setting -> values.get(setting).stream())
                .map(Path::of);
    }

    private static Finding each(Stream<Path> files, boolean key) {
        List<Path> all = files.toList();
        return all.stream()
                .map(file -> {
                    String danger = first(useless(file), FileModes.danger(file, key), FileModes.stranger(file));
                    return danger.isEmpty() ? null : file + " " + danger;
                })
                .filter(Objects::nonNull)
                .findFirst()
                .map(Finding::fail)
                .orElseGet(() -> Finding.ok(all.isEmpty() ? "there is none" : "they are kept"));
    }

    /** Why a start would refuse the file whatever it holds; empty if it would read it. */
    private static String useless(Path file) {
        if (!Files.exists(file)) {
            return "is not there";
        }
        if (!Files.isRegularFile(file)) {
            return "is a directory, or no file that can be read to its end";
        }
        return Files.isReadable(file) ? "" : "may not be read by whoever asks here";
    }

    private static String first(String... dangers) {
        return Stream.of(dangers)
                .filter(danger -> !danger.isEmpty())
                .findFirst()
                .orElse("");
    }
}
