package org.chromaproxy.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What Linux knows of a process and its children. */
public final class Usage {
    private static final double TICKS_PER_SECOND = Double.parseDouble(ticks());
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    private Usage() {}

    private static String ticks() {
        String told = Shell.output("getconf", "CLK_TCK");
        return told.isEmpty() ? "100" : told;
    }

    /** Seconds of processor time that it and its living children have used, in user and in kernel mode. */
    public static double cpuSeconds(long pid) {
        try (Stream<ProcessHandle> all = family(pid)) {
            return all.mapToDouble(process -> own(process.pid())).sum();
        }
    }

    /** MiB that are resident now. */
    public static double residentMib(long pid) {
        return status(pid, "VmRSS:");
    }

    /** MiB that were resident at most. */
    public static double peakMib(long pid) {
        return status(pid, "VmHWM:");
    }

    private static Stream<ProcessHandle> family(long pid) {
        return ProcessHandle.of(pid).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()));
    }

    private static double own(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            // The name may contain anything; what follows its parenthesis is numbers.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_PER_SECOND;
        } catch (IOException gone) {
            return 0;
        }
    }

    private static double status(long pid, String field) {
        Predicate<String> wanted = line -> line.startsWith(field);
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(wanted)
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / 1024.0;
        } catch (IOException e) {
            throw new BenchException("no process " + pid, e);
        }
    }
}
