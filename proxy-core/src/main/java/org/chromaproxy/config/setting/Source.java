package org.chromaproxy.config.setting;

/** Where a value comes from; what is further down wins. */
public sealed interface Source {
    /** Nobody gave one. */
    record Default() implements Source {
        @Override
        public String toString() {
            return "default";
        }
    }

    /**
     * The file.
     *
     * @param line from 1
     */
    record File(String file, int line) implements Source {
        @Override
        public String toString() {
            return file + ", line " + line;
        }
    }

    /** The environment the process was started with. */
    record Environment(String variable) implements Source {
        @Override
        public String toString() {
            return "environment, " + variable;
        }
    }

    /** The command line. */
    record CommandLine(String option) implements Source {
        @Override
        public String toString() {
            return "command line, " + option;
        }
    }
}
