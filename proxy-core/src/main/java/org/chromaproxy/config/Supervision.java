package org.chromaproxy.config;

import java.util.Map;
import java.util.Optional;

/**
 * What the program that started this one wants to hear, as systemd says it in the environment (sd_notify(3),
 * sd_watchdog_enabled(3)).
 *
 * @param socket where to; an abstract name begins with {@code @}; empty: nobody listens
 * @param watchdogMicros without a sign of life for so long it is killed; 0: never
 */
public record Supervision(Optional<String> socket, long watchdogMicros) {
    public static Supervision fromEnvironment() {
        return of(System.getenv());
    }

    /** The same from given variables; a time-out that is meant for another process, or no number, is none. */
    public static Supervision of(Map<String, String> environment) {
        Optional<String> socket =
                Optional.ofNullable(environment.get("NOTIFY_SOCKET")).filter(name -> !name.isBlank());
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        boolean ours = pid.isEmpty()
                || pid.equals(Long.toString(ProcessHandle.current().pid()));
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        long watchdog = ours && micros.matches("\\d{1,18}") ? Long.parseLong(micros) : 0;
        return new Supervision(socket, watchdog);
    }
}
