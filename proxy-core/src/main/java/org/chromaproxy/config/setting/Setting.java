package org.chromaproxy.config.setting;

import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * One thing that can be set, everywhere under one name: {@code PORT} in the environment, {@code port} in the file,
 * {@code --port} on the command line.
 *
 * @param variable in the environment
 * @param otherwise what holds when it is not given
 * @param meaning half a sentence, in Markdown, with the unit
 * @param use how it is treated
 */
public record Setting<T>(String variable, Kind<T> kind, T otherwise, String meaning, Use use) {
    /**
     * How a setting is treated.
     *
     * @param mask what of a value may be shown
     * @param secret whether the mask hides anything
     * @param live whether a reload applies it; else a restart is needed
     * @param defaultWords what stands for the default in documents; empty: the value
     * @param example a value to show in the file where the default is nothing
     */
    public record Use(UnaryOperator<String> mask, boolean secret, boolean live, String defaultWords, String example) {
        /** Where no password belongs, somebody may have put an address with one all the same. */
        static final Use PLAIN = new Use(UserInfo::maskValue, false, false, "", "");
    }

    static <T> Setting<T> of(String variable, Kind<T> kind, T otherwise, String meaning) {
        return new Setting<>(variable, kind, otherwise, meaning, Use.PLAIN);
    }

    /** A reload applies it. */
    Setting<T> live() {
        return with(new Use(use.mask, use.secret, true, use.defaultWords, use.example));
    }

    /** Shown only as the mask leaves it. */
    Setting<T> secret(UnaryOperator<String> mask) {
        return with(new Use(mask, true, use.live, use.defaultWords, use.example));
    }

    /** Documents say this of its default. */
    Setting<T> defaultWords(String words) {
        return with(new Use(use.mask, use.secret, use.live, words, use.example));
    }

    /** The file shows this value. */
    Setting<T> example(String value) {
        return with(new Use(use.mask, use.secret, use.live, use.defaultWords, value));
    }

    private Setting<T> with(Use changed) {
        return new Setting<>(variable, kind, otherwise, meaning, changed);
    }

    /** Its name in the file. */
    public String key() {
        return variable.toLowerCase(Locale.ROOT);
    }

    /** Its name on the command line. */
    public String option() {
        return "--" + key().replace('_', '-');
    }

    /** What holds when it is not given, as it would be written. */
    public String defaultText() {
        return kind.shown().apply(otherwise);
    }

    /** A given value as it may be shown. */
    public String masked(String text) {
        return use.mask.apply(text);
    }
}
