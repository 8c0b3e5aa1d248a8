package org.chromaproxy.drill;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chromaproxy.drill.check.Checker;
import org.chromaproxy.drill.evidence.Evidence;
import org.chromaproxy.drill.evidence.EvidenceFile;
import org.chromaproxy.drill.evidence.Logged;
import org.chromaproxy.drill.history.History;
import org.chromaproxy.drill.history.HistoryFile;
import org.chromaproxy.drill.history.Operation;
import org.chromaproxy.drill.report.Extract;
import org.chromaproxy.drill.report.Figures;
import org.chromaproxy.drill.report.SeedResult;
import org.chromaproxy.drill.rule.Case;
import org.chromaproxy.drill.rule.Violation;

/** What is said of a run once its history and evidence are there. */
final class Judgement {
    /** Violations shown with their extract; the rest is counted. */
    private static final int SHOWN = 5;

    private Judgement() {}

    static SeedResult result(History history, Evidence evidence, List<Violation> violations, Path directory) {
        Case run = new Case(history, evidence);
        List<String> notes = new ArrayList<>();
        for (Violation violation : violations.subList(0, Math.min(SHOWN, violations.size()))) {
            String extract = Extract.of(history, violation, operation -> position(run, operation));
            notes.add(violation
                    + (extract.isEmpty() ? "" : "\n" + extract.indent(4).stripTrailing()));
        }
        if (violations.size() > SHOWN) {
            notes.add((violations.size() - SHOWN) + " more violations");
        }
        return new SeedResult(
                history.run().seed(), history.run().schedule(), violations, notes, Figures.of(history), directory);
    }

    private static String position(Case run, Operation operation) {
        List<Logged> records = run.logged(operation);
        if (records.isEmpty()) {
            return "";
        }
        Logged logged = records.getFirst();
        String state = logged.fate().state();
        return "record " + logged.lsn() + (state.isEmpty() ? "" : " " + state);
    }

    /** Judges again what was kept in that directory. */
    static SeedResult again(Path directory) throws IOException {
        History history = HistoryFile.read(directory);
        Evidence evidence = EvidenceFile.read(directory);
        return result(history, evidence, Checker.check(history, evidence), directory);
    }
}
