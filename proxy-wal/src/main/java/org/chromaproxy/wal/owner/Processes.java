package org.chromaproxy.wal.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;

/** The processes of this machine, so that tests can kill some. */
public interface Processes {
    /** This process. */
    ProcessIdentity self();

    /**
     * When the process now living under {@code pid} started, in ticks since boot; empty if there is none or only its
     * zombie. {@link #UNKNOWN} if that cannot be found out.
     */
    OptionalLong startTicks(long pid);

    /** Options of a mount by which a process of another user is not there; by {@code noaccess} it is. */
    Pattern HIDING = Pattern.compile("(^|,)hidepid=(2|4|invisible|ptraceable)(,|$)");

    /** Start ticks of a process of which nothing can be said: it must be presumed alive. */
    long UNKNOWN = -1;

    /**
     * As told by Linux's /proc (proc(5)). Elsewhere every identity is on an unknown machine. Where it hides what other users run, a
     * process that it does not show may live.
     */
    static Processes ofProc() {
        return ofProc(Path.of("/proc"));
    }

    /** @param proc where that is mounted */
    static Processes ofProc(Path proc) {
        return new Processes() {
            @Override
            public ProcessIdentity self() {
                long pid = ProcessHandle.current().pid();
                return new ProcessIdentity(
                        text(proc.resolve("sys/kernel/random/boot_id")),
                        link(proc.resolve("self/ns/pid")),
                        pid,
                        startTicks(pid).orElse(UNKNOWN),
                        UUID.randomUUID().toString());
            }

            @Override
            public OptionalLong startTicks(long pid) {
                try {
                    return parseStat(Files.readString(proc.resolve(pid + "/stat")));
                } catch (NoSuchFileException e) {
                    return showsAll(proc) ? OptionalLong.empty() : OptionalLong.of(UNKNOWN);
                } catch (IOException e) {
                    // A process that ends while its file is read gives ESRCH; the next look finds no file.
                    return OptionalLong.of(UNKNOWN);
                }
            }
        };
    }

    /**
     * Whether a process that is not there has ended: the first one is seen, and the mount hides none. The first one alone says
     * nothing where it is this user's own, as in a container.
     */
    private static boolean showsAll(Path proc) {
        return Files.exists(proc.resolve("1/stat"))
                && text(proc.resolve("self/mountinfo")).lines().noneMatch(Processes::hides);
    }

    /** Whether that line of mountinfo, see proc(5), is of a /proc that shows a user no others' processes. */
    private static boolean hides(String mount) {
        String[] fields = mount.split(" ", -1);
        boolean proc = fields.length > 4 && fields[4].equals("/proc");
        return proc && HIDING.matcher(fields[fields.length - 1]).find();
    }

    private static OptionalLong parseStat(String stat) {
        // The second field, the command in parentheses, may contain anything, even parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
        boolean dead = fields[0].equals("Z") || fields[0].equals("X");
        return dead ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[19]));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            return "";
        }
    }

    private static String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
