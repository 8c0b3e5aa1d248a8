package org.chromaproxy.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class MainTest {
    private final StringWriter output = new StringWriter();

    @Test
    void versionNamesTheBuildAndItsJava() {
        assertEquals(0, run("version"));
        assertTrue(output.toString().startsWith("chroma-proxy "), output::toString);
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertEquals(2, run("no-such-command"));
    }

    private int run(String... arguments) {
        var writer = new PrintWriter(output, true);
        return Main.commandLine().setOut(writer).setErr(writer).execute(arguments);
    }
}
