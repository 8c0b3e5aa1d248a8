package org.chromaproxy.drill;

import java.util.List;
import java.util.stream.Stream;
import org.chromaproxy.drill.fault.Schedule;

/** Schedules that show every fault and every target once, in about five minutes on two cores. */
final class Slice {
    /** Several faults share a run, one after the other, so that each is met by a system that has been through some. */
    static final List<Schedule> SCHEDULES =
            Stream.of("""
            seed 1: KILL of PRIMARY at 700 for 1500 ms; RESET_ANSWER_HEAD of NETWORK_REPLICA at 3500 for 2000 ms; \
            RESET_AFTER_REQUEST of NETWORK_PRIMARY at 6500 for 2000 ms
            seed 2: PAUSE of PRIMARY at 700 for 7500 ms; SLOW of NETWORK_POSTGRES at 700 for 3000 ms; \
            RESET_REQUEST_BODY of NETWORK_PRIMARY at 9500 for 2000 ms
            seed 3: BLACK_HOLE of NETWORK_PRIMARY at 700 for 4500 ms; KILL of REPLICA at 8000 for 1500 ms
            seed 4: KILL of PROXY at 1000 for 1000 ms; RESTART of PROXY at 6000 for 500 ms; \
            BLIP of PROXY at 10000 for 1000 ms
            seed 5: PAUSE of OWNER at 1000 for 8500 ms
            seed 6: KILL of POSTGRES at 1000 for 1000 ms; RESET_BEFORE_COMMIT of NETWORK_POSTGRES at 4000 for 2000 ms; \
            RESET_AFTER_COMMIT of NETWORK_POSTGRES at 7000 for 2000 ms
            seed 7: READ_ONLY of POSTGRES at 1000 for 2000 ms; RESTART of POSTGRES at 5000 for 500 ms; \
            DATABASE_LOCKED of REPLICA at 1000 for 4000 ms
            seed 8: KILL of BOTH at 1000 for 1500 ms; LATE of NETWORK_PRIMARY at 6000 for 4500 ms
            seed 9: ZOMBIE of PRIMARY at 700 for 3500 ms; DEAF of NETWORK_REPLICA at 7000 for 4500 ms
            seed 10: DISK_FULL of PRIMARY at 700 for 3000 ms; HALF_OPEN of NETWORK_REPLICA at 6000 for 4500 ms
            seed 11: REFUSE of NETWORK_PRIMARY at 700 for 1000 ms; RESET_CONNECT of NETWORK_REPLICA at 700 for 2000 ms; \
            RESET_REQUEST_HEAD of NETWORK_PRIMARY at 3500 for 2000 ms; \
            RESET_ANSWER_BODY of NETWORK_REPLICA at 3500 for 2000 ms; NARROW of NETWORK_PRIMARY at 6500 for 3000 ms; \
            RESET_BEFORE_ANSWER of NETWORK_REPLICA at 6500 for 2000 ms
            seed 12: OLDER_DISK of REPLICA at 700 for 7500 ms; BLACK_HOLE of NETWORK_POSTGRES at 700 for 4500 ms
            seed 13: EMPTY_DISK of REPLICA at 700 for 500 ms
            seed 14: KILL of PRIMARY at 700 for 50 ms; KILL of REPLICA at 4700 for 50 ms; KILL of BOTH at 8700 for 50 ms
            """.split("\n")).map(Schedule::parse).toList();

    private Slice() {}
}
