package org.chromaproxy.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the figures were taken on. */
public final class Machine {
    private static final int KIB_PER_MIB = 1024;

    private Machine() {}

    /** Hardware, kernel and versions, a line each. */
    public static List<String> describe(Tools tools) {
        List<String> lines = new ArrayList<>();
        lines.add("processors: " + Runtime.getRuntime().availableProcessors() + " of "
                + field("/proc/cpuinfo", "model name"));
        String memory = field("/proc/meminfo", "MemTotal").replaceAll("\\D", "");
        lines.add("memory: " + (memory.isEmpty() ? "?" : Long.parseLong(memory) / KIB_PER_MIB + " MiB"));
        lines.add("kernel: " + Shell.output("uname", "-sr"));
        lines.add("load average when the run began: " + read("/proc/loadavg"));
        lines.add("Java: " + Runtime.version());
        tools.nginx().ifPresent(program -> lines.add("nginx: " + Shell.output(program.toString(), "-v")));
        tools.haproxy().ifPresent(program -> lines.add("HAProxy: " + first(Shell.output(program.toString(), "-v"))));
        tools.wrk().ifPresent(program -> lines.add("wrk: " + first(Shell.output(program.toString(), "-v"))));
        return lines;
    }

    private static String field(String file, String name) {
        return read(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("?");
    }

    private static String first(String text) {
        return text.lines().findFirst().orElse("?");
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return "?";
        }
    }
}
