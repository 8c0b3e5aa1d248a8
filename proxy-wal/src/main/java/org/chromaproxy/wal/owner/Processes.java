package org.chromaproxy.wal.owner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.UUID;

/** The processes of this machine, so that tests can kill some. */
public interface Processes {
    /** This process. */
    ProcessIdentity self();

    /**
     * When the process now living under {@code pid} started, in ticks since boot; empty if there is none or only its
     * zombie. {@link #UNKNOWN} if that cannot be found out.
     */
    OptionalLong startTicks(long pid);

    /** Start ticks of a process of which nothing can be said: it must be presumed alive. */
    long UNKNOWN = -1;

    /** As told by Linux's /proc (proc(5)). Elsewhere every identity is on an unknown machine. */
    static Processes ofProc() {
        return new Processes() {
            @Override
            public ProcessIdentity self() {
                long pid = ProcessHandle.current().pid();
                return new ProcessIdentity(
                        text("/proc/sys/kernel/random/boot_id"),
                        link("/proc/self/ns/pid"),
                        pid,
                        startTicks(pid).orElse(UNKNOWN),
                        UUID.randomUUID().toString());
            }

            @Override
            public OptionalLong startTicks(long pid) {
                try {
                    return parseStat(Files.readString(Path.of("/proc/" + pid + "/stat")));
                } catch (NoSuchFileException e) {
                    return OptionalLong.empty();
                } catch (IOException e) {
                    // A process that ends while its file is read gives ESRCH; the next look finds no file.
                    return OptionalLong.of(UNKNOWN);
                }
            }
        };
    }

    private static OptionalLong parseStat(String stat) {
        // The second field, the command in parentheses, may contain anything, even parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ", -1);
        boolean dead = fields[0].equals("Z") || fields[0].equals("X");
        return dead ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(fields[19]));
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file)).trim();
        } catch (IOException e) {
            return "";
        }
    }

    private static String link(String file) {
        try {
            return Files.readSymbolicLink(Path.of(file)).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
