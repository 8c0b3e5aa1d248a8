package org.chromaproxy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code chroma-proxy bench micro}: the JMH benchmarks, with allocation rates. Takes JMH's own arguments. */
@Command(
        name = "micro",
        description =
                "Runs the JMH benchmarks with allocation rates (-prof gc). Arguments are JMH's own: a pattern, -f, -i,"
                        + " -wi, -l to list.")
final class MicroCommand implements Callable<Integer> {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        List<String> all = new ArrayList<>(arguments);
        if (!all.contains("-prof") && !all.contains("-l")) {
            all.addAll(List.of("-prof", "gc"));
        }
        Main.main(all.toArray(String[]::new));
        return 0;
    }
}
