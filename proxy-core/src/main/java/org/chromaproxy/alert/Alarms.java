package org.chromaproxy.alert;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * From what is seen again and again to what is worth telling: per subject one alert when something is wrong at two looks,
 * one recovery when it has been well for a while, and at most one alert per pause. Confined to one thread.
 */
final class Alarms {
    /** A recovery is told after this part of the pause without a relapse. */
    private static final int STEADY_PART = 10;

    private long pauseNanos;
    private final Map<String, Alarm> alarms = new HashMap<>();

    /** What is remembered of one subject. */
    private static final class Alarm {
        private boolean wrong;
        private long changedAt;
        private boolean told;
        private long toldLevel;
        private boolean everTold;
        private long toldAt;
        private int onsets;
    }

    Alarms(Duration pause) {
        this.pauseNanos = pause.toNanos();
    }

    /** Another pause holds from now on. */
    void pause(Duration now) {
        pauseNanos = now.toNanos();
    }

    /**
     * What to tell now.
     *
     * @param now monotonic, in nanoseconds
     * @param seen every condition, those that are well included
     */
    List<String> look(long now, List<Condition> seen) {
        List<String> messages = new ArrayList<>();
        for (Condition condition : seen) {
            Alarm alarm = alarms.computeIfAbsent(condition.subject(), any -> new Alarm());
            if (condition.level() > 0) {
                wrong(now, alarm, condition, messages);
            } else {
                well(now, alarm, condition, messages);
            }
        }
        return messages;
    }

    private void wrong(long now, Alarm alarm, Condition condition, List<String> messages) {
        if (!alarm.wrong) {
            alarm.wrong = true;
            alarm.changedAt = now;
            alarm.onsets++;
            return;
        }
        boolean worse = !alarm.told || condition.level() > alarm.toldLevel;
        boolean paused = alarm.everTold && now - alarm.toldAt < pauseNanos;
        if (worse && !paused) {
            messages.add(raised(alarm, condition.words()));
            alarm.told = true;
            alarm.everTold = true;
            alarm.toldAt = now;
            alarm.toldLevel = condition.level();
            alarm.onsets = 0;
        }
        // What has become better may become worse again.
        alarm.toldLevel = Math.min(alarm.toldLevel, condition.level());
    }

    private void well(long now, Alarm alarm, Condition condition, List<String> messages) {
        if (alarm.wrong) {
            alarm.wrong = false;
            alarm.changedAt = now;
        }
        if (alarm.told && now - alarm.changedAt >= pauseNanos / STEADY_PART) {
            String again = alarm.onsets == 0 ? "" : " It had come back " + times(alarm.onsets) + " meanwhile.";
            messages.add("RECOVERED: " + condition.subject() + ". "
                    + condition.words().over() + again);
            alarm.told = false;
            alarm.onsets = 0;
        }
    }

    private static String raised(Alarm alarm, Condition.Words words) {
        String flapping = alarm.onsets < 2 ? "" : " (" + times(alarm.onsets) + " since the last message)";
        return "ALERT: " + words.happened() + flapping + "\nData: " + words.data() + "\nWhat to do: " + words.action();
    }

    private static String times(int n) {
        return n == 1 ? "once" : n + " times";
    }
}
