package org.chromaproxy.bench.load;

import java.util.List;

/** Who is imitated: the bytes that a client sends for the same read and the same add. */
public enum ClientForm {
    /** No client in particular: few headers, arrays of numbers, no key without a value. */
    PLAIN(
            "own",
            List.of("Accept: */*", "Content-Type: application/json"),
            "{\"ids\":[\"id-1\"],\"include\":[\"documents\"]}"),
    /** Chroma's Python client 1.5.9, as recorded from it. */
    PYTHON(
            "the Python client's",
            List.of(
                    "Accept: */*",
                    "Accept-Encoding: gzip, deflate",
                    "Connection: keep-alive",
                    "Content-Type: application/json",
                    "User-Agent: Chroma Python Client v1.5.9 (https://github.com/chroma-core/chroma)"),
            "{\"ids\":[\"id-1\"],\"where\":null,\"limit\":null,\"offset\":null,\"where_document\":null,"
                    + "\"include\":[\"documents\"]}");

    private final String whose;

    @SuppressWarnings("ImmutableEnumChecker") // Made by List.of: it never changes.
    private final List<String> headers;

    private final String getBody;

    ClientForm(String whose, List<String> headers, String getBody) {
        this.whose = whose;
        this.headers = headers;
        this.getBody = getBody;
    }

    /** Whose bodies and headers they are, for the report. */
    public String whose() {
        return whose;
    }

    /** The headers of a request with a body, but for host and length, in their order. */
    public List<String> headers() {
        return headers;
    }

    /** The body of a {@code get} of one id. */
    public String getBody() {
        return getBody;
    }

    /** The body of an add of these ids, every record with the same values. */
    public String addBody(List<String> ids) {
        return this == PYTHON ? Requests.pythonAddBody(ids) : Requests.addBody(ids);
    }
}
