package org.chromaproxy.reload;

import java.util.List;

/**
 * What came of reading the configuration again.
 *
 * @param problems why it was refused as a whole; empty: it holds now
 * @param changed what is in effect since
 * @param notTaken what could not be done although the rest is in effect, each with its reason
 * @param restart what differs from what this process runs with, and takes effect only when it is started again
 * @param warnings what is probably not meant as it is
 */
public record ReloadReport(
        List<String> problems,
        List<Change> changed,
        List<String> notTaken,
        List<Change> restart,
        List<String> warnings) {
    /**
     * A setting that differs; secrets are masked.
     *
     * @param key in the file
     */
    public record Change(String key, String before, String now, String source) {
        @Override
        public String toString() {
            return key + ": " + before + " -> " + now + " (" + source + ")";
        }
    }

    /** Nothing was taken up, for these reasons. */
    public static ReloadReport refused(List<String> problems) {
        return new ReloadReport(problems, List.of(), List.of(), List.of(), List.of());
    }

    /** Whether the old settings stay, all of them. */
    public boolean refused() {
        return !problems.isEmpty();
    }
}
