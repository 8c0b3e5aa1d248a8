package org.chromaproxy.downstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.chromaproxy.support.Pieces;
import org.chromaproxy.support.StrictHttp;

/**
 * Fuzz target: the whole pipeline of a client's connection. The first byte says how the rest is cut up. However it is cut,
 * the same requests are let in and the same bytes answered; every request let in is one that a strict reader of the
 * standard sees at the same place; there is one whole answer for each at most, and the log is given what was sent.
 */
public final class FrontTarget {
    private static final Fronted PROXY = new Fronted();
    private static final String CLOSED = "[closed]";

    private FrontTarget() {}

    /** What one connection came to. */
    private record Outcome(List<Taken> taken, List<String> appended, String received) {}

    /** A request as the exchange gets it. */
    private static final class Taken {
        private final String head;
        private final String method;
        private final List<StrictHttp.Field> fields = new ArrayList<>();
        private final StringBuilder body = new StringBuilder();
        private boolean whole;

        Taken(HttpRequest request) {
            method = request.method().name();
            head = method + " " + request.uri() + " " + request.protocolVersion();
            for (Map.Entry<String, String> field : request.headers()) {
                fields.add(new StrictHttp.Field(field.getKey().toLowerCase(Locale.ROOT), field.getValue()));
            }
        }

        @Override
        public String toString() {
            return head + fields + body + (whole ? "." : "");
        }
    }

    /** For Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        Outcome whole = connect(bytes, 0);
        Outcome cut = connect(bytes, Math.max(1, input[0] & 0xff));
        assertEquals(
                text(whole.taken.stream().filter(each -> each.whole).toList()),
                text(cut.taken.stream().filter(each -> each.whole).toList()),
                "let in");
        assertEquals(whole.appended, cut.appended, "logged");
        // A request whose body breaks may, or may not, have begun when that is seen: it is never carried out.
        if (text(whole.taken).equals(text(cut.taken))) {
            assertEquals(whole.received, cut.received, "answered");
        }
        agreesWithTheStandard(bytes, whole);
        answersAreSound(whole);
    }

    private static Outcome connect(byte[] bytes, int how) {
        List<Taken> taken = new ArrayList<>();
        String received;
        try (ClientSide client = PROXY.connect(new Tap(taken))) {
            received = client.send(Pieces.of(bytes, how)).received();
        }
        assertEquals(0, PROXY.active(), "exchanges never ended");
        return new Outcome(taken, PROXY.appended(), received);
    }

    private static String text(List<Taken> taken) {
        return taken.stream().map(Taken::toString).collect(Collectors.joining("\n"));
    }

    private static void agreesWithTheStandard(byte[] bytes, Outcome outcome) {
        List<StrictHttp.Message> strict = StrictHttp.requests(bytes);
        assertTrue(outcome.taken.size() <= strict.size(), () -> text(outcome.taken) + "\nbut strictly\n" + strict);
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < outcome.taken.size(); i++) {
            Taken request = outcome.taken.get(i);
            StrictHttp.Message expected = strict.get(i);
            String line = request.method + " " + escaped(origin(expected.target()))
                    + expected.line().substring(expected.line().lastIndexOf(' '));
            assertEquals(line, request.head);
            assertEquals(expected.fields().stream().filter(FrontTarget::kept).toList(), request.fields);
            assertTrue(expected.body().startsWith(request.body.toString()), request + " but strictly " + expected);
            assertTrue(!request.whole || expected.whole(), request + " ended, but strictly " + expected);
            assertTrue(!request.whole || expected.body().contentEquals(request.body), request + " but " + expected);
            bodies.add(request.body.toString());
        }
        for (String record : outcome.appended) {
            String body = record.substring(record.indexOf(' ') + 1);
            byte[] sent = body.getBytes(StandardCharsets.UTF_8);
            assertTrue(
                    bodies.removeIf(each -> body.contentEquals(
                            new String(each.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))),
                    "logged what nobody sent: " + sent.length + " bytes, " + body);
        }
    }

    /** Octets beyond ASCII are passed on percent-encoded. */
    private static String escaped(String target) {
        return target.chars()
                .mapToObj(c -> c < 0x7f ? Character.toString(c) : String.format("%%%02x", c))
                .collect(Collectors.joining());
    }

    /** An offer to upgrade is taken out. */
    private static boolean kept(StrictHttp.Field field) {
        return !field.name().equals("upgrade") && !field.name().equals("http2-settings");
    }

    private static String origin(String target) {
        String lower = target.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
            return target;
        }
        String rest = target.substring(target.indexOf("//") + 2).replaceFirst("^[^/?#]*", "");
        return rest.startsWith("/") ? rest : "/" + rest;
    }

    private static void answersAreSound(Outcome outcome) {
        boolean closed = outcome.received.endsWith(CLOSED);
        String text =
                closed ? outcome.received.substring(0, outcome.received.length() - CLOSED.length()) : outcome.received;
        List<String> methods = outcome.taken.stream().map(each -> each.method).toList();
        List<StrictHttp.Message> answers =
                StrictHttp.answers(text.getBytes(StandardCharsets.ISO_8859_1), methods).stream()
                        .filter(answer -> answer.line().charAt(9) != '1')
                        .toList();
        boolean refused = answers.size() == outcome.taken.size() + 1;
        assertTrue(answers.size() <= outcome.taken.size() || refused, answers + " to " + text(outcome.taken));
        if (refused) {
            assertTrue(closed && answers.getLast().line().matches("HTTP/1.1 (400|414|431|505) .*"), answers.toString());
        }
        if (closed) {
            assertTrue(!answers.isEmpty(), () -> "closed without a word: " + text(outcome.taken));
            assertEquals(List.of("close"), answers.getLast().values("connection"), answers.toString());
        }
        for (StrictHttp.Message answer : answers) {
            assertTrue(!answer.line().startsWith("500", 9), answer.toString());
        }
    }

    /** Sees what the exchange is given. */
    private static final class Tap extends ChannelInboundHandlerAdapter {
        private final List<Taken> taken;

        Tap(List<Taken> taken) {
            this.taken = taken;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof HttpRequest request) {
                taken.add(new Taken(request));
            }
            if (msg instanceof HttpContent content) {
                taken.getLast().body.append(content.content().toString(StandardCharsets.ISO_8859_1));
                taken.getLast().whole |= msg instanceof LastHttpContent;
            }
            ctx.fireChannelRead(msg);
        }
    }
}
