package org.chromaproxy.lane;

import org.jspecify.annotations.Nullable;

/**
 * What one lane holds in order to send its head: its turn among the writes to the server, the place of a large body, and the request
 * under way. Confined to the loop of its group.
 */
final class LaneSending {
    private Turns.@Nullable Turn largeBody;
    private WriteTurns.@Nullable Turn writeTurn;
    private @Nullable Flight flight;

    /** Whether it has a turn that permits a write of so many bytes. */
    boolean hasTurn(int bytes) {
        return writeTurn != null && writeTurn.covers(bytes);
    }

    void holdTurn(WriteTurns.Turn turn) {
        writeTurn = turn;
    }

    /** It sends nothing now: others may. What is still under way keeps its connection until it ends. */
    void endTurn() {
        WriteTurns.Turn turn = writeTurn;
        if (turn != null) {
            writeTurn = null;
            if (flight == null) {
                turn.end();
            } else {
                turn.overdue();
            }
        }
    }

    /** What is under way is unanswered for too long: others need not wait for it. */
    void yieldTurn() {
        if (writeTurn != null && flight != null) {
            writeTurn.overdue();
        }
    }

    /** A request leaves, under the turn that is held. */
    void begin(Flight request) {
        flight = request;
    }

    /** The turn that is held; null for none. */
    WriteTurns.@Nullable Turn turn() {
        return writeTurn;
    }

    /** A request has ended. It may be an older one: then another is under way. */
    void end(Flight request) {
        if (request.equals(flight)) {
            flight = null;
        }
    }

    /** The request under way, of the head or of one that was the head when the lane left its group; null for none. */
    @Nullable
    Flight flight() {
        return flight;
    }

    /** Whether it has the place of a large body, which is or will be in memory. */
    boolean holdsLargeBody() {
        return largeBody != null;
    }

    void holdLargeBody(Turns.Turn place) {
        largeBody = place;
    }

    /** Gives the place of a large body up, which is no longer in memory. */
    void endLargeBody() {
        Turns.Turn place = largeBody;
        if (place != null) {
            largeBody = null;
            place.end();
        }
    }
}
