package org.chromaproxy.access;

import java.nio.file.Path;
import java.util.List;

/** A tokens file that cannot be used: every problem in it at once, none with a word of its content. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AccessException(Path file, List<String> problems) {
        super("the tokens file " + file + " cannot be used:\n  - " + String.join("\n  - ", problems));
    }
}
