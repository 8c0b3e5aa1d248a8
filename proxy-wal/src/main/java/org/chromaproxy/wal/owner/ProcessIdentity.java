package org.chromaproxy.wal.owner;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What tells one process from every other that ever ran: the machine's boot, the PID name space, the PID and the
 * process's start. The nonce tells owners within one process apart.
 *
 * @param boot the kernel's boot id; empty when unknown: then this is on no known machine
 * @param namespace inode of the PID name space; empty when unknown
 * @param startTicks start of the process in clock ticks since boot
 */
record ProcessIdentity(String boot, String namespace, long pid, long startTicks, String nonce) {
    /** The text stored in the log. */
    String encode() {
        return "boot=" + boot + " ns=" + namespace + " pid=" + pid + " start=" + startTicks + " nonce=" + nonce;
    }

    /** Reads {@link #encode}'s text; empty for anything else, such as an owner named by hand. */
    static Optional<ProcessIdentity> parse(String text) {
        Map<String, String> fields = new HashMap<>();
        for (String field : text.split(" ", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
        }
        try {
            return Optional.of(new ProcessIdentity(
                    fields.getOrDefault("boot", ""),
                    fields.getOrDefault("ns", ""),
                    Long.parseLong(fields.getOrDefault("pid", "")),
                    Long.parseLong(fields.getOrDefault("start", "")),
                    fields.getOrDefault("nonce", "")));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether the other runs, or ran, where this process could see it. */
    boolean sharesMachineWith(ProcessIdentity other) {
        return !boot.isEmpty() && !namespace.isEmpty() && boot.equals(other.boot) && namespace.equals(other.namespace);
    }
}
