package org.chromaproxy.config.audit;

/**
 * What a check has found.
 *
 * @param what in words, none of them a secret
 */
public record Finding(Rating rating, String what) {
    /** How bad it is. */
    public enum Rating {
        OK(0),
        /** Safe in some surroundings, which nothing here can see. */
        WARN(3),
        /** Open to somebody who has nothing to do with the proxy. */
        FAIL(4);

        private final int status;

        Rating(int status) {
            this.status = status;
        }

        /** The command's exit status where this is the worst. */
        public int status() {
            return status;
        }
    }

    static Finding ok(String what) {
        return new Finding(Rating.OK, what);
    }

    static Finding warn(String what) {
        return new Finding(Rating.WARN, what);
    }

    static Finding fail(String what) {
        return new Finding(Rating.FAIL, what);
    }
}
