package org.chromaproxy.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.chromaproxy.bench.load.Generator;
import org.chromaproxy.bench.process.LogDatabase;
import org.chromaproxy.bench.process.Machine;
import org.chromaproxy.bench.process.Servers;
import org.chromaproxy.bench.process.Tools;
import org.chromaproxy.bench.report.Goal;
import org.chromaproxy.bench.report.MarkdownReport;
import org.chromaproxy.bench.report.Section;
import org.chromaproxy.bench.row.Row;
import org.chromaproxy.bench.row.Setting;

/** One run of the table: row by row, each in its rounds. The report is written anew after every row. */
final class Bench {
    private final Plan plan;
    private final PrintWriter terminal;

    /** What to run, and where the report goes. */
    record Plan(Set<Rows> rows, int rounds, Setting.Scale scale, Path folder, Path out) {}

    Bench(Plan plan, PrintWriter terminal) {
        this.plan = plan;
        this.terminal = terminal;
    }

    /** Runs it; whether every row could be measured. */
    boolean run() throws IOException {
        Tools tools = Tools.find();
        List<String> preface = new ArrayList<>();
        preface.add(
                "Written by `bin/chroma-proxy bench`. Figures hold as ratios within one run only: a ratio is taken in"
                        + " each of " + plan.rounds()
                        + " interleaved rounds, and its median counts. Tables show medians, with the"
                        + " least and the largest in parentheses.");
        for (String missing : tools.missing()) {
            say(missing + " is not installed: the report goes without it");
            preface.add("**" + missing + " was not installed**: nothing was measured beside it.");
        }
        MarkdownReport report = new MarkdownReport(Machine.describe(tools), preface, this::neutral);
        List<Section> sections = new ArrayList<>();
        boolean complete = true;
        try (LogDatabase database = LogDatabase.start(plan.folder().resolve("postgres"));
                Generator generator = new Generator()) {
            Setting setting = new Setting(new Servers(plan.folder()), database, tools, generator, plan.scale());
            for (Rows which : plan.rows()) {
                try (Row row = which.make(setting)) {
                    complete &= measure(which, row);
                    sections.add(row.section());
                }
                report.write(plan.out(), sections);
            }
        }
        sections.stream()
                .flatMap(section -> section.goals().stream())
                .map(Goal::row)
                .forEach(this::say);
        say("report: " + plan.out());
        return complete;
    }

    private boolean measure(Rows which, Row row) {
        say(which + ": starting and warming up");
        try {
            row.prepare();
            for (int round = 0; round < plan.rounds(); round++) {
                say(which + ": round " + (round + 1) + " of " + plan.rounds());
                row.round(round);
            }
            return true;
        } catch (RuntimeException e) {
            // The other rows are worth having; the report says what happened to this one.
            say(which + " was cut short: " + e.getMessage());
            row.section().note("**Cut short: " + neutral(String.valueOf(e.getMessage())) + "**");
            return false;
        }
    }

    private void say(String line) {
        terminal.println(line);
        terminal.flush();
    }

    /** The text without this machine's folders. */
    private String neutral(String text) {
        String work = plan.folder().toString();
        String project = Servers.project().toString();
        return text.replace(work, "WORK")
                .replace(Servers.javaHome().toString(), "JAVA_HOME")
                .replace(project, ".");
    }
}
