package org.chromaproxy.acceptance.input;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Ways to hide one request in another that parsers in the field have fallen for (CWE-444; J. Kettle, "HTTP Desync
 * Attacks", 2019, and what followed it). Each is what a client sends on a connection of its own; a proxy that takes it, or
 * passes it on, lets the hidden request through to whoever reads it otherwise.
 */
public final class Smuggling {
    private static final String BODY = "{\"ids\":[\"a\"]}";

    private Smuggling() {}

    /**
     * The bytes of each, by a name.
     *
     * @param line the first line of a request that takes a body, without its end
     * @param hidden a whole request that must not be carried out
     */
    public static Map<String, String> around(String line, String hidden) {
        Map<String, String> all = new LinkedHashMap<>();
        Function<String, String> head =
                fields -> line + "\r\nHost: x\r\nContent-Type: application/json\r\n" + fields + "\r\n\r\n";
        String length = "Content-Length: " + (5 + hidden.length());
        codings(all, head, length, hidden);
        lengths(all, head, hidden);
        fields(all, head, hidden);
        chunks(all, head.apply("Transfer-Encoding: chunked"), hidden);
        lines(all, line, hidden);
        return all;
    }

    private static void codings(Map<String, String> to, Function<String, String> head, String length, String hidden) {
        String rest = "0\r\n\r\n" + hidden;
        for (String coding : new String[] {
            "Transfer-Encoding: chunked",
            "transfer-encoding: CHUNKED",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked;q=1",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding:",
            "Transfer-Encoding:\tchunked",
            "Transfer-Encoding:\u000bchunked",
            "Transfer-Encoding: chunked\u0000",
            "Transfer-Encoding : chunked",
            " Transfer-Encoding: chunked",
            "X: y\r\n Transfer-Encoding: chunked",
            "Transfer-Encoding:\r\n chunked",
            "X: y\nTransfer-Encoding: chunked",
            "X: y\rTransfer-Encoding: chunked",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
            "Transfer-Encoding\u0000: chunked"
        }) {
            to.put("CL.TE " + coding, head.apply(length + "\r\n" + coding) + rest);
            to.put("TE.CL " + coding, head.apply(coding + "\r\nContent-Length: 5") + rest);
        }
        to.put("1.0 with TE", head.apply("Transfer-Encoding: chunked").replace("HTTP/1.1", "HTTP/1.0") + rest);
        to.put(
                "1.0 with two lengths",
                head.apply("Content-Length: 5\r\n" + length).replace("1.1", "1.0") + rest);
    }

    private static void lengths(Map<String, String> to, Function<String, String> head, String hidden) {
        for (String value : new String[] {
            "0\r\nContent-Length: 13",
            "13\r\nContent-Length: 0",
            "13\r\nContent-Length: 13",
            "13, 13",
            "0,13",
            "+13",
            "-13",
            "-0",
            "13 13",
            "1 3",
            "0x0d",
            "13;",
            "13\u000b",
            "1_3",
            "1e1",
            "13.0",
            "",
            "\"13\"",
            "13\r\n 0",
            "13\u0000",
            "18446744073709551629",
            "4294967309",
            "99999999999999999999999999"
        }) {
            to.put("CL " + value, head.apply("Content-Length: " + value) + BODY + hidden);
        }
    }

    private static void fields(Map<String, String> to, Function<String, String> head, String hidden) {
        String length = "Content-Length: 0\r\n";
        for (String field : new String[] {
            "Content-Length : 13",
            " Content-Length: 13",
            "Content-Length\t: 13",
            "X-\u0001: y",
            "X-\u0000: y",
            "X\u007f: y",
            "X-\u00e9: y",
            "X: a\u0000b",
            "X: a\u0008b",
            "no colon",
            ": no name",
            "X(y): z",
            "X: y\r\n Content-Length: 13",
            "Host: second",
            "Host: x\r\nHost: x"
        }) {
            to.put("field " + field, head.apply(length + field) + hidden);
        }
        // What a length in the wrong place hides.
        to.put("length behind a bare CR", head.apply("X: y\rContent-Length: 0") + BODY + hidden);
        to.put("length behind a bare LF", head.apply("X: y\nContent-Length: 0") + BODY + hidden);
    }

    private static void chunks(Map<String, String> to, String head, String hidden) {
        for (String chunk : new String[] {
            "-1",
            "+d",
            "0x0d",
            "d_",
            "\u00e9",
            "",
            " ",
            "zz",
            "d d",
            "fffffffffffffffff",
            "10000000d",
            "8000000000000000",
            "d;a\nb",
            "d;a\rb",
            "d\n",
            "\rd",
            "d;\u0000"
        }) {
            to.put("chunk " + chunk, head + chunk + "\r\n" + BODY + "\r\n0\r\n\r\n" + hidden);
        }
        to.put("a chunk longer than it says", head + "5\r\n" + BODY + "\r\n0\r\n\r\n" + hidden);
        to.put("chunks ended by LF", head + "d\n" + BODY + "\n0\n\n" + hidden);
        to.put("data ended by LF", head + "d\r\n" + BODY + "\n0\r\n\r\n" + hidden);
        to.put("a trailer that is none", head + "0\r\nno colon\r\n\r\n" + hidden);
    }

    private static void lines(Map<String, String> to, String line, String hidden) {
        String path = line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
        String fields = "\r\nHost: x\r\nContent-Length: 0\r\n\r\n" + hidden;
        to.put("HTTP/0.9", "GET " + path + "\r\n" + hidden);
        to.put("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden);
        to.put("CONNECT", "CONNECT x:80 HTTP/1.1" + fields);
        to.put("another host", line.replace(path, "http://y" + path) + fields);
        to.put("user and host", line.replace(path, "http://x@y" + path) + fields);
        to.put("a later version", line.replace("1.1", "1.2") + fields);
        to.put("spaces in the line", line.replace(" HTTP", " x HTTP") + fields);
        to.put("tab in the line", line.replace(" HTTP", "\tHTTP") + fields);
        to.put("no host", line + "\r\nContent-Length: 0\r\n\r\n" + hidden);
        to.put("line ended by LF", line + "\nHost: x\r\nContent-Length: 0\r\n\r\n" + hidden);
        to.put("line ended by CR", line + "\rHost: x\r\nContent-Length: 0\r\n\r\n" + hidden);
        to.put("NUL in the path", line.replace(path, path + "\u0000") + fields);
    }
}
