package org.chromaproxy.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How PostgreSQL's programs are run, which refuse to run as root. As root, the folder is given to an unprivileged user
 * and the programs run as that; where that user cannot reach the folder, they run in a user namespace in which root
 * looks unprivileged. Anybody else just runs them.
 */
final class PostgresUser {
    /** By convention {@code nobody}: owns nothing else, needs no entry in the password file. */
    private static final int UNPRIVILEGED = 65_534;

    /** A change of user clears the death signal that {@link ChildProcess} asked for: it is asked for again. */
    private static final List<String> AS_NOBODY = List.of(
            "setpriv",
            "--reuid=" + UNPRIVILEGED,
            "--regid=" + UNPRIVILEGED,
            "--clear-groups",
            "--inh-caps=-all",
            "--pdeathsig=INT");

    private static final List<String> IN_NAMESPACE = List.of("unshare", "-U");

    private static final int KEEP = -1;

    private final List<String> prefix;
    private final int owner;

    private PostgresUser(List<String> prefix, int owner) {
        this.prefix = prefix;
        this.owner = owner;
    }

    /** Chooses the way, and hands the folder with all it contains to the user that will need it. */
    static PostgresUser forFolder(Path folder, PostgresPrograms programs) throws IOException {
        if (uid(Path.of("/proc/self")) != 0) {
            return new PostgresUser(List.of(), KEEP);
        }
        give(folder, UNPRIVILEGED);
        if (works(AS_NOBODY, programs)
                && ChildProcess.succeeds(join(AS_NOBODY, List.of("test", "-w", folder.toString())))) {
            return new PostgresUser(AS_NOBODY, UNPRIVILEGED);
        }
        give(folder, 0);
        if (works(IN_NAMESPACE, programs)) {
            return new PostgresUser(IN_NAMESPACE, KEEP);
        }
        throw new LocalServerException("PostgreSQL refuses to run as root, and neither setpriv nor unshare"
                + " (util-linux) can change that for " + folder + ": run as another user");
    }

    /** Hands over a file or folder made after {@link #forFolder}. */
    void own(Path path) throws IOException {
        if (owner != KEEP) {
            give(path, owner);
        }
    }

    /** The command, to be run as that user. */
    List<String> command(List<String> command) {
        return join(prefix, command);
    }

    private static boolean works(List<String> prefix, PostgresPrograms programs) {
        return ChildProcess.succeeds(join(prefix, List.of(programs.program("postgres"), "--version")));
    }

    private static List<String> join(List<String> prefix, List<String> command) {
        List<String> joined = new ArrayList<>(prefix);
        joined.addAll(command);
        return joined;
    }

    private static int uid(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid");
    }

    private static void give(Path folder, int owner) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
                Files.setAttribute(path, "unix:gid", owner, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
