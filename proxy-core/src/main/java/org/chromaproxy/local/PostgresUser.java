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
 * looks unprivileged, or, where there are no such namespaces (a chroot, many containers), as a user whom no folder is closed to.
 * Anybody else just runs them.
 */
final class PostgresUser {
    /** By convention {@code nobody}: owns nothing else, needs no entry in the password file. */
    private static final int UNPRIVILEGED = 65_534;

    private static final int KEEP = -1;

    private static final Way NOBODY = new Way(UNPRIVILEGED, asNobody("--inh-caps=-all"));
    private static final Way NAMESPACE = new Way(KEEP, List.of("unshare", "-U"));
    /** The securebit: access(2), which PostgreSQL asks about its own programs, counts capabilities only with it. */
    static final Way NOBODY_EVERYWHERE = new Way(
            UNPRIVILEGED,
            asNobody(
                    "--securebits=+no_setuid_fixup",
                    "--inh-caps=-all,+dac_override",
                    "--ambient-caps=-all,+dac_override"));

    /** What root can do: who owns the folder, and what is put in front of commands. */
    record Way(int owner, List<String> prefix) {
        private boolean works(Path folder, PostgresPrograms programs) {
            return ChildProcess.succeeds(join(prefix, List.of(programs.program("postgres"), "--version")))
                    && ChildProcess.succeeds(join(prefix, List.of("test", "-w", folder.toString())));
        }
    }

    /** A change of user clears the death signal that {@link ChildProcess} asked for: it is asked for again. */
    private static List<String> asNobody(String... capabilities) {
        return join(
                List.of(
                        "setpriv",
                        "--reuid=" + UNPRIVILEGED,
                        "--regid=" + UNPRIVILEGED,
                        "--clear-groups",
                        "--pdeathsig=INT"),
                List.of(capabilities));
    }

    private final List<String> prefix;
    private final int owner;

    private PostgresUser(List<String> prefix, int owner) {
        this.prefix = prefix;
        this.owner = owner;
    }

    /** Chooses the way, and hands the folder with all it contains to the user that will need it. */
    static PostgresUser forFolder(Path folder, PostgresPrograms programs) throws IOException {
        return forFolder(folder, programs, List.of(NOBODY, NAMESPACE, NOBODY_EVERYWHERE));
    }

    /**
     * The same with the first of these ways that works.
     *
     * @throws LocalServerException when none does
     */
    static PostgresUser forFolder(Path folder, PostgresPrograms programs, List<Way> ways) throws IOException {
        if (uid(Path.of("/proc/self")) != 0) {
            return new PostgresUser(List.of(), KEEP);
        }
        for (Way way : ways) {
            give(folder, way.owner == KEEP ? 0 : way.owner);
            if (way.works(folder, programs)) {
                return new PostgresUser(way.prefix, way.owner);
            }
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
