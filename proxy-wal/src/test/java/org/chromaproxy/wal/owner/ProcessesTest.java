package org.chromaproxy.wal.owner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What /proc tells of a process that it does not show. */
class ProcessesTest {
    private static final long GONE = 4_242;
    private static final String PLAIN = "22 30 0:21 / /proc rw,nosuid shared:12 - proc proc rw\n";

    @TempDir
    private Path proc;

    private OptionalLong startTicks(long pid) {
        return Processes.ofProc(proc).startTicks(pid);
    }

    private void process(long pid, String state, long start) throws IOException {
        Path folder = Files.createDirectory(proc.resolve(Long.toString(pid)));
        String fields = " 0".repeat(18);
        Files.writeString(folder.resolve("stat"), pid + " (a) b) " + state + fields + " " + start + " 0 0\n");
    }

    private void mounts(String lines) throws IOException {
        Files.createDirectories(proc.resolve("self"));
        Files.writeString(proc.resolve("self/mountinfo"), lines);
    }

    @Test
    void whereTheFirstProcessIsSeenOneThatIsNotThereHasEnded() throws IOException {
        process(1, "S", 3);
        process(7, "Z", 4);
        process(8, "R", 5);
        mounts(PLAIN);
        assertEquals(OptionalLong.empty(), startTicks(GONE));
        assertEquals(OptionalLong.empty(), startTicks(7));
        assertEquals(OptionalLong.of(5), startTicks(8));
    }

    /** {@code hidepid=2}, where every other process is another user's. */
    @Test
    void whereTheFirstProcessIsHiddenOneThatIsNotThereMayLive() throws IOException {
        process(8, "R", 5);
        mounts(PLAIN);
        assertEquals(OptionalLong.of(Processes.UNKNOWN), startTicks(GONE));
        assertEquals(OptionalLong.of(5), startTicks(8));
    }

    /** The first process of a container may be this user's own. */
    @Test
    void whereProcHidesProcessesOneThatIsNotThereMayLiveThoughTheFirstIsSeen() throws IOException {
        process(1, "S", 3);
        for (String option : new String[] {"hidepid=2", "hidepid=invisible", "hidepid=ptraceable", "hidepid=4"}) {
            mounts("21 30 0:20 / /sys rw - sysfs sysfs rw\n22 30 0:21 / /proc rw - proc proc rw," + option + "\n");
            assertEquals(OptionalLong.of(Processes.UNKNOWN), startTicks(GONE), option);
        }
    }

    @Test
    void whatHidesNothingOrIsMountedElsewhereIsOfNoConsequence() throws IOException {
        process(1, "S", 3);
        for (String mount : new String[] {
            "22 30 0:21 / /proc rw - proc proc rw,hidepid=0",
            "22 30 0:21 / /proc rw - proc proc rw,hidepid=noaccess",
            "22 30 0:21 / /proc rw - proc proc rw,hidepid=1",
            "22 30 0:21 / /srv/proc rw - proc proc rw,hidepid=invisible"
        }) {
            mounts(PLAIN + mount + "\n");
            assertEquals(OptionalLong.empty(), startTicks(GONE), mount);
        }
    }
}
