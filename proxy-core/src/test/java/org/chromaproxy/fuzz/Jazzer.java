package org.chromaproxy.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs Jazzer's launcher on a target. In a process of its own: its agent rewrites classes, and stays, and so would be in
 * the way of every test behind it.
 */
final class Jazzer {
    private static final long SPARE_SECONDS = 600;
    private static final String INSTRUMENTED =
            "org.chromaproxy.**:io.netty.handler.codec.http.**:com.fasterxml.jackson.core.**";

    /** Where an input that breaks something is kept. */
    private static final Path FOUND = Path.of("target", "fuzz-found");

    private final Path folder;

    /** @param folder where what it finds and writes goes */
    Jazzer(Path folder) {
        this.folder = folder;
    }

    /**
     * How it ended.
     *
     * @param code 0 unless it found something
     * @param output all it said
     */
    record Outcome(int code, String output) {}

    /**
     * Runs it until the bound, or the first finding.
     *
     * @param seeds inputs to begin with
     * @param runs at most so many; -1 for no bound
     * @param seconds at most so long; 0 for no bound
     */
    Outcome run(Class<?> target, List<Path> seeds, long runs, long seconds) throws IOException, InterruptedException {
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        Files.createDirectories(FOUND);
        Path log = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-Xmx700m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+EnableDynamicAgentLoading",
                "-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector",
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.getName(),
                "--instrumentation_includes=" + INSTRUMENTED,
                // Its check of sun.misc.Unsafe fails on Netty under Java 25.
                "--custom_hook_includes=org.chromaproxy.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + FOUND + File.separator,
                "-rss_limit_mb=3000",
                "-max_len=4096",
                "-seed=" + (seconds == 0 ? 1 : 0),
                "-timeout=120",
                "-print_final_stats=1",
                "-runs=" + runs,
                "-max_total_time=" + seconds,
                corpus.toString()));
        seeds.forEach(seed -> command.add(seed.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(seconds + SPARE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return new Outcome(process.exitValue(), Files.readString(log, StandardCharsets.ISO_8859_1));
    }
}
