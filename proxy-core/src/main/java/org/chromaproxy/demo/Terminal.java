package org.chromaproxy.demo;

import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/** What the demo prints: compact, plain ASCII for any locale, with colours only where the terminal shows them. */
final class Terminal {
    private static final int ANSWER_WIDTH = 160;

    private final PrintWriter out;

    Terminal(PrintWriter out) {
        this.out = out;
    }

    void title(String text) {
        line("");
        line(styled("bold", text));
    }

    void step(int number, String text) {
        line("");
        line(styled("bold,cyan", "[" + number + "] " + text));
    }

    /** A request and its answer, the request as a line to be pasted into a shell. */
    void exchange(Call.Request request, Call.Answer answer) {
        request.curl().lines().forEach(text -> line("    " + styled("green", text)));
        String body = answer.body().strip();
        String shown = body.length() > ANSWER_WIDTH ? body.substring(0, ANSWER_WIDTH) + "..." : body;
        line("    " + styled("bold", Integer.toString(answer.status())) + " " + shown);
    }

    /** One fact, its name in a column. */
    void fact(String name, String text) {
        line("    " + styled("yellow", String.format("%-12s", name)) + " " + text);
    }

    void say(String text) {
        line(text);
    }

    void warn(String text) {
        line(styled("bold,red", "! ") + text);
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }

    /** Around text that may contain anything: picocli's own markup would interpret it. */
    private static String styled(String style, String text) {
        if (!Ansi.AUTO.enabled() || text.isEmpty()) {
            return text;
        }
        Ansi.IStyle[] styles = Ansi.Style.parse(style);
        return Ansi.Style.on(styles) + text + Ansi.Style.reset.on();
    }
}
