package org.chromaproxy.config.setting;

import java.util.function.Function;

/**
 * What may stand for a setting.
 *
 * @param expected what it must be, in words that follow "must be"
 * @param parse throws IllegalArgumentException for what it cannot be; the message is not shown
 * @param shown as it would be written; never called for secrets
 */
public record Kind<T>(String expected, Function<String, T> parse, Function<T, String> shown) {
    /** @throws IllegalArgumentException when it cannot be that */
    T parsed(String text) {
        return parse.apply(text);
    }
}
