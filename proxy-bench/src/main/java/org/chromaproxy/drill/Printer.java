package org.chromaproxy.drill;

import java.io.PrintWriter;
import org.chromaproxy.drill.report.SeedResult;

/** Tells the terminal of one run after the other. Thread-safe. */
final class Printer {
    private final PrintWriter terminal;

    Printer(PrintWriter terminal) {
        this.terminal = terminal;
    }

    synchronized void say(String text) {
        terminal.println(text);
        terminal.flush();
    }

    /** @param kept whether its directory stays */
    void result(SeedResult result, boolean kept) {
        StringBuilder text = new StringBuilder()
                .append(result.passed() ? "ok    " : "FAIL  ")
                .append(result.schedule())
                .append("\n      ")
                .append(result.figures());
        result.notes().forEach(note -> text.append('\n').append(note.indent(6).stripTrailing()));
        if (kept) {
            text.append("\n      kept in ").append(result.directory());
        }
        say(text.toString());
    }
}
