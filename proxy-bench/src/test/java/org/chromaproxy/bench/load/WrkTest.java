package org.chromaproxy.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What wrk prints is understood, troubles too. */
class WrkTest {
    private static final String OUTPUT = """
            Running 5s test @ http://127.0.0.1:8000/
              1 threads and 64 connections
              Thread Stats   Avg      Stdev     Max   +/- Stdev
                Latency     1.03ms  401.00us   9.10ms   87.12%
              Latency Distribution
                 50%    0.93ms
                 75%    1.18ms
                 90%    1.42ms
                 99%    980.00us
              310000 requests in 5.00s, 60.00MB read
              Socket errors: connect 0, read 3, write 0, timeout 0
              Non-2xx or 3xx responses: 17
            Requests/sec:  62000.12
            Transfer/sec:     12.00MB
            """;

    @Test
    void figuresAndTroublesAreRead() throws IOException {
        Wrk.Result result = Wrk.parse(OUTPUT);

        assertEquals(new Wrk.Result(62_000.12, 930, 980, 310_000, 17, "connect 0, read 3, write 0, timeout 0"), result);
    }

    @Test
    void somethingElseIsAFailure() {
        assertThrows(IOException.class, () -> Wrk.parse("unable to connect"));
    }
}
