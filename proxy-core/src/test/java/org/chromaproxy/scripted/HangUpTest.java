package org.chromaproxy.scripted;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.chromaproxy.reload.HangUp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In a process of its own: a build under nohup ignores SIGHUP, and so would this one. */
@Timeout(60)
class HangUpTest {
    private static final Set<String> SAID = Set.of("listening", "heard", "ready");

    @Test
    void everyHangUpIsHeardAlsoOneThatComesTooEarly() throws Exception {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process process = new ProcessBuilder(
                        "env",
                        "--default-signal=HUP",
                        java.toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Listener.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("listening", said(lines));
            assertEquals(0, hangUp(process));
            assertEquals("kept", said(lines));
            process.outputWriter().append("go on\n").flush();
            assertEquals("heard", said(lines));
            assertEquals("ready", said(lines));
            for (int i = 0; i < 2; i++) {
                assertEquals(0, hangUp(process));
                assertEquals("heard", said(lines));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static int hangUp(Process process) throws Exception {
        String pid = Long.toString(process.pid());
        return new ProcessBuilder("sh", "-c", "kill -HUP " + pid).start().waitFor();
    }

    /** Passes over what is logged, but for the word that an early one is kept. */
    private static String said(BufferedReader lines) throws Exception {
        String line = lines.readLine();
        while (line != null && !SAID.contains(line)) {
            if (line.contains("SIGHUP while starting")) {
                return "kept";
            }
            line = lines.readLine();
        }
        return String.valueOf(line);
    }

    /** The process that listens; it can reload once it is told to go on, and runs until its standard input ends. */
    static final class Listener {
        private Listener() {}

        public static void main(String[] arguments) throws Exception {
            HangUp.listen();
            System.out.println("listening");
            int read = System.in.read();
            while (read >= 0 && read != '\n') {
                read = System.in.read();
            }
            HangUp.passOn(() -> System.out.println("heard"));
            System.out.println("ready");
            System.in.readAllBytes();
        }
    }
}
