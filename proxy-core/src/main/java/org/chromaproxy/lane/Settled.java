package org.chromaproxy.lane;

/** Hears, on the group's loop, what became of the effects of a record. */
public interface Settled {
    /** They are durable, with the lane's cursor behind the record. */
    void durable();

    /** The log refused them: the record is tried again. */
    void refused();
}
