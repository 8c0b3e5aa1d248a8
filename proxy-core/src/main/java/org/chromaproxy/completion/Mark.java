package org.chromaproxy.completion;

/** Points that an exchange passes, each with its time. */
public enum Mark {
    /** A write's body is here whole, and is handed to the log. */
    BODY(0),
    /** The transaction that logs it begins. */
    BATCH(1),
    /** That transaction is durable. */
    COMMITTED(2),
    /** The request goes to an instance; that of the last try counts. */
    ASKED(3),
    /** The instance's answer begins. */
    FIRST_BYTE(4),
    /** The instance's answer is here whole. */
    WHOLE(5);

    static final int COUNT = values().length;

    /** Where its time is kept. */
    final int slot;

    Mark(int slot) {
        this.slot = slot;
    }
}
