package org.chromaproxy.lane;

/**
 * The state of a lane: ready to go on with its head, or what it waits for before it does. Of the gates beside it (detached, held, compared,
 * a barrier) each closes the lane in whatever state it is.
 */
public sealed interface LaneState {
    /** The reason why the lane does not go on, for operators; empty if it does. */
    String reason();

    /** Nothing is under way for the head. */
    record Ready() implements LaneState {
        @Override
        public String reason() {
            return "";
        }
    }

    /** The head is sent, and not answered. Without a deadline: {@link Silence} bounds it. */
    record Sending() implements LaneState {
        @Override
        public String reason() {
            return "the record is sent and not answered";
        }
    }

    /** The head waits in line to be sent, behind others of the same client or a large write. */
    record AwaitingWriteTurn(Write write) implements LaneState {
        @Override
        public String reason() {
            return "the record waits for its turn among the writes to that server";
        }
    }

    /** The head waits in line for a place that one record has at a time. */
    record AwaitingPlace(String reason) implements LaneState {}

    /** The head's body is read from the log. */
    record LoadingBody() implements LaneState {
        @Override
        public String reason() {
            return "the record's body is read from the log";
        }
    }

    /** Something is asked of an instance on the head's behalf. */
    record Asking(String reason) implements LaneState {}

    /** Something about the head is made durable. */
    record Committing(String reason) implements LaneState {}

    /** Nothing more is sent before the cursor is durable. */
    record FlushingCursor() implements LaneState {
        @Override
        public String reason() {
            return "the cursor is made durable before the record is sent";
        }
    }

    /**
     * The lane waits before its next attempt at the head.
     *
     * @param untilNanos the end of the pause, by the clock of the lane's loop
     */
    record BackingOff(String reason, long untilNanos) implements LaneState {}

    /** See {@link Ready}. */
    LaneState READY = new Ready();
}
