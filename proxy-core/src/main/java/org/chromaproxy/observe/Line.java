package org.chromaproxy.observe;

import java.io.IOException;

/**
 * One line being written, field by field. Whatever text a field has, the line stays one line of printable ASCII, and the
 * field ends where it should.
 */
interface Line {
    void text(String name, String value) throws IOException;

    void number(String name, long value) throws IOException;

    /** Milliseconds with three decimals. */
    void millis(String name, long nanos) throws IOException;

    void end() throws IOException;
}
