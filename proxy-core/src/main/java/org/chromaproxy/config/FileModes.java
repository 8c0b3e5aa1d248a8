package org.chromaproxy.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.chromaproxy.config.setting.Setting;
import org.chromaproxy.config.setting.Settings;
import org.chromaproxy.config.setting.TlsSettings;
import org.chromaproxy.config.setting.Values;

/**
 * Warns of files that decide who may do what, and that others than their owner may change: such a one gives themselves every
 * role, or is trusted as anybody. Says nothing of a file that is not there, nor where files have no Unix modes. Blocks.
 */
public final class FileModes {
    private static final int STICKY = 01000;
    private static final int WRITTEN_BY_OTHERS = 0022;
    private static final int READ_BY_ALL = 0004;
    private static final int OF_OTHERS = 0007;
    private static final int OF_ALL_BUT_OWNER = 0077;
    private static final Set<Setting<Optional<String>>> KEYS =
            Set.of(Settings.LOCAL_TOKEN_FILE, TlsSettings.TLS_KEY, TlsSettings.UPSTREAM_KEY, TlsSettings.HEALTH_KEY);
    private static final List<Setting<Optional<String>>> FILES = List.of(
            Settings.TOKENS_FILE,
            Settings.LOCAL_TOKEN_FILE,
            TlsSettings.TLS_KEY,
            TlsSettings.TLS_CERTIFICATE,
            TlsSettings.TLS_CLIENT_CA,
            TlsSettings.UPSTREAM_CA,
            TlsSettings.UPSTREAM_KEY,
            TlsSettings.UPSTREAM_CERTIFICATE,
            TlsSettings.HEALTH_KEY,
            TlsSettings.HEALTH_CERTIFICATE);

    private FileModes() {}

    /** Adds a warning to the values for each file that is not kept safe, the configuration's own among them. */
    static void check(Values values, Optional<Path> configuration) {
        configuration.ifPresent(file -> {
            String danger = danger(file, false);
            if (!danger.isEmpty()) {
                values.warning(file + ": " + danger);
            }
        });
        for (Setting<Optional<String>> setting : FILES) {
            values.get(setting)
                    .map(file -> danger(Path.of(file), KEYS.contains(setting)))
                    .ifPresent(danger -> {
                        if (!danger.isEmpty()) {
                            values.warning(setting, danger);
                        }
                    });
        }
    }

    /** Why a file with a secret in it may be known to others than its owner and its group; empty if it may not. */
    public static String exposed(Path given) {
        try {
            int mode = mode(given.toRealPath());
            return (mode & (WRITTEN_BY_OTHERS | OF_OTHERS)) != 0
                    ? "may be read or changed by others than its owner (mode " + octal(mode) + ")"
                    : "";
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    /** Why a folder with secrets in it may be entered by others than its owner; empty if it may not. */
    public static String open(Path folder) {
        try {
            int mode = mode(folder.toRealPath());
            return (mode & OF_ALL_BUT_OWNER) != 0
                    ? "may be entered by others than its owner (mode " + octal(mode) + ")"
                    : "";
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    /** Says whose a file is that neither this process's user nor root owns; empty if one of them does. */
    public static String stranger(Path given) {
        try {
            Object owner = Files.getAttribute(given.toRealPath(), "unix:uid");
            Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            boolean trusted = owner.equals(self) || owner.equals(0);
            return trusted ? "" : "belongs to " + Files.getOwner(given) + ", who is neither this user nor root";
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    /**
     * Why others than its owner may change a file, or replace it.
     *
     * @param key whether it is a secret, which not every user of this machine may read, either
     * @return empty if they may not, or it is not there
     */
    public static String danger(Path given, boolean key) {
        try {
            Path file = given.toRealPath();
            int mode = mode(file);
            if ((mode & WRITTEN_BY_OTHERS) != 0) {
                return "may be changed by others than its owner (mode " + octal(mode)
                        + "): who can decides who may do what; chmod go-w";
            }
            if (key && (mode & READ_BY_ALL) != 0) {
                return "may be read by every user of this machine (mode " + octal(mode)
                        + "): who can may pass for its owner; chmod o-r";
            }
            Path folder = file.getParent();
            int around = folder == null ? 0 : mode(folder);
            return (around & WRITTEN_BY_OTHERS) != 0 && (around & STICKY) == 0
                    ? "may be replaced by others than its owner (its folder has mode " + octal(around)
                            + "): who can decides who may do what; chmod go-w for the folder"
                    : "";
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    private static int mode(Path file) throws IOException {
        return Files.getAttribute(file, "unix:mode") instanceof Integer mode ? mode : 0;
    }

    private static String octal(int mode) {
        return "0" + Integer.toOctalString(mode & 0777);
    }
}
