package org.chromaproxy.drill.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.SocketException;
import org.chromaproxy.drill.net.Line.Pair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CommitCutTest {
    private static final String INSERT = "P\0INSERT\0";
    private static final String COMMIT = "P\0COMMIT\0";

    private Line line;

    @BeforeEach
    void open() throws IOException {
        line = new Line(Network.Protocol.POSTGRES);
    }

    @AfterEach
    void close() throws IOException {
        line.close();
    }

    @Test
    void aCommitIsCutBeforeTheServerHasIt() throws IOException {
        line.link().set(new LinkMode.Cut(CutPoint.BEFORE_COMMIT, 1));
        try (Pair pair = line.open()) {
            pair.request(INSERT);
            assertEquals(INSERT, pair.arrived(INSERT.length()));
            pair.request(COMMIT);
            assertThrows(SocketException.class, () -> pair.arrived(1));
            assertThrows(SocketException.class, () -> pair.answered(1));
        }
    }

    @Test
    void aCommitIsCutAfterTheServerHasItAndBeforeTheClientHearsOfIt() throws IOException {
        line.link().set(new LinkMode.Cut(CutPoint.AFTER_COMMIT, 1));
        try (Pair pair = line.open()) {
            pair.request(INSERT);
            pair.arrived(INSERT.length());
            pair.answer("done");
            assertEquals("done", pair.answered(4));
            pair.request(COMMIT);
            assertEquals(COMMIT, pair.arrived(COMMIT.length()));
            pair.answer("done");
            assertThrows(SocketException.class, () -> pair.answered(1));
        }
    }
}
