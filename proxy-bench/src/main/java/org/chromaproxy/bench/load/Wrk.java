package org.chromaproxy.bench.load;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The load generator wrk, one thread. */
public final class Wrk {
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern PERCENTILE = Pattern.compile("(?m)^\\s+(50|99)%\\s+([0-9.]+)(us|ms|s|m)\\s*$");
    private static final Pattern TOTAL = Pattern.compile("(\\d+) requests in");
    private static final Pattern REFUSED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");
    private static final Pattern SOCKET_ERRORS = Pattern.compile("Socket errors: (.*)");

    /**
     * What wrk said. Latencies in microseconds.
     *
     * @param errors answers other than 2xx and 3xx
     * @param trouble its words about sockets; empty if it had none
     */
    public record Result(double rate, double p50, double p99, long requests, long errors, String trouble) {}

    private final Path program;
    private final Path script;

    /**
     * @param script written here: says what is requested
     * @param form whose get is sent, and with whose headers
     */
    public Wrk(Path program, Path script, ClientForm form) throws IOException {
        this.program = program;
        this.script = script;
        Files.writeString(
                script,
                "wrk.method = \"POST\"\n"
                        + form.headers().stream()
                                .map(header -> header.split(": ", 2))
                                .map(header -> "wrk.headers[\"" + header[0] + "\"] = \"" + header[1] + "\"\n")
                                .collect(Collectors.joining())
                        + "wrk.body = [[" + form.getBody() + "]]\n");
    }

    public List<String> command(URI url, int connections, Duration time) {
        return List.of(
                program.toString(),
                "-t1",
                "-c" + connections,
                "-d" + Math.max(1, time.toSeconds()) + "s",
                "--latency",
                "-s",
                script.toString(),
                url.toString());
    }

    /** Runs it; blocks. */
    public Result run(URI url, int connections, Duration time) {
        try {
            Process process = new ProcessBuilder(command(url, connections, time))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("wrk failed: " + output);
            }
            return parse(output);
        } catch (IOException e) {
            throw new LoadException("cannot run wrk: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException("interrupted", e);
        }
    }

    static Result parse(String output) throws IOException {
        double p50 = Double.NaN;
        double p99 = Double.NaN;
        Matcher percentile = PERCENTILE.matcher(output);
        while (percentile.find()) {
            double micros = Double.parseDouble(percentile.group(2))
                    * switch (percentile.group(3)) {
                        case "us" -> 1;
                        case "ms" -> 1e3;
                        case "s" -> 1e6;
                        default -> 60e6;
                    };
            if (percentile.group(1).equals("50")) {
                p50 = micros;
            } else {
                p99 = micros;
            }
        }
        Matcher refused = REFUSED.matcher(output);
        Matcher sockets = SOCKET_ERRORS.matcher(output);
        return new Result(
                Double.parseDouble(one(RATE, output)),
                p50,
                p99,
                Long.parseLong(one(TOTAL, output)),
                refused.find() ? Long.parseLong(refused.group(1)) : 0,
                sockets.find() ? sockets.group(1) : "");
    }

    private static String one(Pattern pattern, String output) throws IOException {
        Matcher found = pattern.matcher(output);
        if (!found.find()) {
            throw new IOException("wrk said something else: " + output);
        }
        return found.group(1);
    }
}
