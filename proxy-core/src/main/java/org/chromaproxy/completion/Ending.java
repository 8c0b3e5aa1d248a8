package org.chromaproxy.completion;

import java.util.Locale;

/** How an exchange ended. */
public enum Ending {
    /** By an answer: an instance's, or one of the proxy's own that is no error. */
    ANSWERED,
    /** By an error of the proxy's own. */
    REFUSED,
    /** The client left before the end of the answer. */
    CLIENT_LEFT,
    /** The answer was begun and could not be completed. */
    CUT_OFF;

    /** As the access log and spans have it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
