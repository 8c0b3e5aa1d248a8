package org.chromaproxy.bench.process;

/** Which processors processes may run on, by {@code taskset}. Blocking. */
public final class Processors {
    private final int count;

    private Processors(int count) {
        this.count = count;
    }

    /** Those of this machine. */
    public static Processors ofMachine() {
        return new Processors(Runtime.getRuntime().availableProcessors());
    }

    /** Whether a process can have one for itself. */
    public boolean divisible() {
        return count > 1 && Shell.find("taskset").isPresent();
    }

    /** The first one only, for all threads a process has and will have. */
    public void first(long pid) {
        pin(pid, "0");
    }

    /** All but the first. */
    public void others(long pid) {
        pin(pid, "1-" + (count - 1));
    }

    /** All. */
    public void all(long pid) {
        pin(pid, "0-" + (count - 1));
    }

    private static void pin(long pid, String processors) {
        String said = Shell.output("taskset", "-a", "-c", "-p", processors, Long.toString(pid));
        // One that has ended meanwhile is none to move.
        if (said.contains("failed") && !said.contains("No such process")) {
            throw new BenchException("cannot pin process " + pid + " to processors " + processors + ": " + said);
        }
    }
}
