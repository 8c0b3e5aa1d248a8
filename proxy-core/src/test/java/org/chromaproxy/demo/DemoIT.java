package org.chromaproxy.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.chromaproxy.local.NodeRuntime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user runs it, in a process of its own. */
@Timeout(900)
class DemoIT {
    private static final Duration UP = Duration.ofMinutes(2);
    private static final Duration GONE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    /** Where another user may come too, PostgreSQL is run as one by root: the way that differs most. */
    @BeforeEach
    void letOthersIn() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void walksThroughTheFirstWritesAndLeavesNothingRunningAndWorksAgainOnItsData() throws Exception {
        try (DemoProcess first = start("--port", "0", "--once")) {
            assertEquals(0, first.exit(UP), first.output());
            assertEveryStepShown(first.output());
        }
        awaitNothingLeft();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess second = start("--port", Integer.toString(taken.getLocalPort()), "--once")) {
            assertEquals(0, second.exit(UP), second.output());
            assertTrue(second.output().contains("Port " + taken.getLocalPort() + " is in use"), second.output());
            assertEveryStepShown(second.output());
        }
        awaitNothingLeft();
    }

    @Test
    void stopsEverythingOnCtrlCAndWhenItIsKilled() throws Exception {
        try (DemoProcess demo = start("--port", "0")) {
            demo.awaitLine("Ctrl-C stops everything", UP);
            try (DemoProcess rival = start("--port", "0")) {
                assertEquals(1, rival.exit(UP), rival.output());
                assertTrue(rival.output().contains("another demo is running on"), rival.output());
                assertNoStackTrace(rival.output());
            }
            demo.signal("INT");
            assertEquals(130, demo.exit(GONE), demo.output());
            assertTrue(demo.output().contains("Stopped."), demo.output());
            assertNoStackTrace(demo.output());
        }
        awaitNothingLeft();
        try (DemoProcess demo = start("--port", "0")) {
            demo.awaitLine("Ctrl-C stops everything", UP);
            demo.signal("KILL");
            demo.exit(GONE);
        }
        awaitNothingLeft();
    }

    @Test
    void withoutAPythonThatCanRunTheNewestServerItTakesNpmsAndSaysSoAndNeverGoesBack() throws Exception {
        Path programs = Files.createDirectory(folder.resolve("programs"));
        NodeRuntime node = NodeRuntime.ensure();
        program(programs.resolve("python3"), "echo Python 3.7.3");
        if (Path.of(node.node().getFirst()).isAbsolute()) {
            program(programs.resolve("node"), "exec " + quoted(node.node()) + " \"$@\"");
            program(programs.resolve("npm"), "exec " + quoted(node.npm()) + " \"$@\"");
        }
        Map<String, String> old = Map.of("PATH", programs + ":" + System.getenv("PATH"));
        Path data = folder.resolve("data");
        try (DemoProcess first = DemoProcess.start(old, data, folder, "--port", "0", "--once")) {
            assertEquals(0, first.exit(UP), first.output());
            assertTrue(first.output().contains("Chroma 1.5.9 cannot run here: Python 3.9 or newer"), first.output());
            assertTrue(first.output().contains("Taking the older Chroma 1."), first.output());
            assertEveryStepShown(first.output());
        }
        try (DemoProcess newest = start("--port", "0", "--once")) {
            assertEquals(0, newest.exit(UP), newest.output());
            assertTrue(newest.output().contains("two Chroma servers (1.5.9)"), newest.output());
            assertEveryStepShown(newest.output());
        }
        try (DemoProcess older = DemoProcess.start(old, data, folder, "--port", "0", "--once")) {
            assertEquals(1, older.exit(UP), older.output());
            assertTrue(older.output().contains("was written by Chroma 1.5.9"), older.output());
            assertNoStackTrace(older.output());
        }
        awaitNothingLeft();
    }

    private static void program(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String quoted(List<String> words) {
        return "'" + String.join("' '", words) + "'";
    }

    private DemoProcess start(String... options) throws IOException {
        return DemoProcess.start(folder.resolve("data"), folder, options);
    }

    private static void assertEveryStepShown(String output) {
        for (String expected : List.of("[1] Create", "[2] Add", "3 records", "[3] Query", "[4] Delete", "2 records")) {
            assertTrue(output.contains(expected), expected + " is missing in:\n" + output);
        }
        assertTrue(output.contains("says [[\"dog\",\"cat\"]]"), output);
        assertNoStackTrace(output);
    }

    private static void assertNoStackTrace(String output) {
        assertFalse(output.contains("\tat "), output);
    }

    /** Servers have their folder on their command line. */
    private void awaitNothingLeft() {
        await("no server of the demo").atMost(GONE).until(this::left, List::isEmpty);
    }

    private List<String> left() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(folder.toString()))
                .toList();
    }
}
