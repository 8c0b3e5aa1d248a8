package org.chromaproxy.simulation;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Cells of the {@link Coverage} that nothing can meet. One that is met all the same fails the run.
 *
 * @param states of the cells; empty for all of them
 * @param events of the cells; empty for all of them
 * @param faults of the cells; empty for all of them
 * @param reason why nothing can meet them
 */
record Unreachable(Set<LaneSituation> states, Set<LaneEvent> events, Set<FaultKind> faults, String reason) {

    private static final Set<LaneSituation> WITHOUT_A_REQUEST = EnumSet.of(
            LaneSituation.BACKING_OFF,
            LaneSituation.BACKING_OFF_IN_DOUBT,
            LaneSituation.FLUSHING,
            LaneSituation.UNSETTLED,
            LaneSituation.OCCUPIED,
            LaneSituation.CATCHING_UP,
            LaneSituation.IN_DOUBT,
            LaneSituation.LINGERING,
            LaneSituation.WAITING,
            LaneSituation.IDLE,
            LaneSituation.IN_LOG_ONLY);

    private static final Set<LaneSituation> SENT =
            EnumSet.of(LaneSituation.IN_FLIGHT, LaneSituation.SENT_AGAIN, LaneSituation.UNANSWERED);
    private static final Set<LaneSituation> AT_START =
            EnumSet.of(LaneSituation.CATCHING_UP, LaneSituation.IDLE, LaneSituation.IN_LOG_ONLY, LaneSituation.AT_REST);
    private static final Set<LaneSituation> NO_LANE = EnumSet.of(LaneSituation.IN_LOG_ONLY, LaneSituation.AT_REST);
    private static final Set<LaneEvent> OF_A_REQUEST = EnumSet.range(LaneEvent.APPLIED, LaneEvent.RESET);
    private static final Set<LaneEvent> OF_THE_SERVER = EnumSet.of(
            LaneEvent.APPLIED,
            LaneEvent.LATE,
            LaneEvent.REFUSED,
            LaneEvent.MISSING,
            LaneEvent.FAILED,
            LaneEvent.FAILED_DONE);

    /** All that are known. */
    static final List<Unreachable> RULES = List.of(
            states(
                    WITHOUT_A_REQUEST,
                    OF_A_REQUEST,
                    "an answer, or the end of a connection, meets a request, and a lane in such a state has none under way"),
            states(
                    EnumSet.of(LaneSituation.LINGERING),
                    EnumSet.of(LaneEvent.SERVER_UP),
                    "only a follower lingers, and one whose server is down keeps its records in the log"),
            states(
                    EnumSet.of(LaneSituation.DETACHED),
                    OF_A_REQUEST,
                    "a lane is taken out when nothing of it is under way"),
            states(
                    EnumSet.of(LaneSituation.BARRIER),
                    EnumSet.of(LaneEvent.SILENCE),
                    "the proxy's own writes are waited for 10 s"),
            states(
                    EnumSet.complementOf(EnumSet.copyOf(AT_START)),
                    EnumSet.of(LaneEvent.OWNER_STARTED),
                    "a new owner's lanes have done nothing yet"),
            faults(
                    EnumSet.complementOf(EnumSet.of(LaneSituation.IDLE)),
                    EnumSet.of(LaneEvent.OWNER_STARTED),
                    EnumSet.of(FaultKind.NONE),
                    "the first owner finds an empty log, and any other has just taken over"),
            states(
                    EnumSet.noneOf(LaneSituation.class),
                    EnumSet.of(LaneEvent.CHANGE_REFUSED),
                    "the catalog looks first whether a name is free, in the order of the records; with one owner the log has no"
                            + " reason to say otherwise"),
            states(
                    EnumSet.of(LaneSituation.UNSETTLED),
                    EnumSet.of(LaneEvent.CREATE, LaneEvent.DELETE, LaneEvent.RENAME),
                    "only the catalog's lanes wait for effects, and these events are told of collections' lanes"),
            states(NO_LANE, EnumSet.of(LaneEvent.READ_FAILED), "what is not in memory reads nothing"),
            states(
                    EnumSet.of(
                            LaneSituation.DETACHED,
                            LaneSituation.BACKING_OFF,
                            LaneSituation.BACKING_OFF_IN_DOUBT,
                            LaneSituation.FLUSHING,
                            LaneSituation.LINGERING,
                            LaneSituation.WAITING,
                            LaneSituation.IDLE),
                    EnumSet.of(LaneEvent.READ_FAILED),
                    "pages are read for a lane without a head, and a body by one that is occupied with nothing else"),
            faults(
                    Set.of(),
                    EnumSet.of(LaneEvent.COMMIT_FAILED, LaneEvent.READ_FAILED),
                    EnumSet.of(FaultKind.NONE, FaultKind.SLOW_LOG),
                    "the fault under way is the broken log, and the log has one trouble at a time"),
            faults(
                    Set.of(),
                    EnumSet.of(LaneEvent.SERVER_UP),
                    EnumSet.of(FaultKind.KILLED, FaultKind.HUNG),
                    "a server is declared up when it answers"),
            faults(
                    Set.of(),
                    OF_THE_SERVER,
                    EnumSet.of(FaultKind.KILLED, FaultKind.HUNG),
                    "a server that is killed or hangs answers nothing"),
            faults(
                    Set.of(),
                    EnumSet.of(LaneEvent.FOREIGN, LaneEvent.FOREIGN_DONE, LaneEvent.BUSY),
                    EnumSet.of(FaultKind.KILLED),
                    "the connection to a server that is killed breaks before anything on the way answers"),
            faults(
                    Set.of(),
                    EnumSet.of(LaneEvent.NEVER_SENT),
                    EnumSet.of(FaultKind.NONE, FaultKind.HUNG),
                    "only a server that is killed refuses connections"),
            states(
                    SENT,
                    EnumSet.of(LaneEvent.SERVER_UP),
                    "nothing is sent to a server that is down, and what was sent before is reset"));

    private static Unreachable states(Set<LaneSituation> states, Set<LaneEvent> events, String reason) {
        return faults(states, events, Set.of(), reason);
    }

    private static Unreachable faults(
            Set<LaneSituation> states, Set<LaneEvent> events, Set<FaultKind> faults, String reason) {
        return new Unreachable(Set.copyOf(states), Set.copyOf(events), Set.copyOf(faults), reason);
    }

    /** Whether this names the cell. */
    boolean covers(Coverage.Cell cell) {
        return (states.isEmpty() || states.contains(cell.state()))
                && (events.isEmpty() || events.contains(cell.event()))
                && (faults.isEmpty() || faults.contains(cell.fault()));
    }
}
