package org.chromaproxy.alert;

/**
 * Something that is well or not, as seen at one look.
 *
 * @param subject what it is about; the same at every look, and one of a few
 * @param level 0 while all is well; where it counts something, more is worse and worth telling again
 */
record Condition(String subject, long level, Words words) {
    /**
     * What to tell of it.
     *
     * @param happened what is wrong
     * @param data what that means for the data
     * @param action what to do
     * @param over what it means that it is well again
     */
    record Words(String happened, String data, String action, String over) {}
}
