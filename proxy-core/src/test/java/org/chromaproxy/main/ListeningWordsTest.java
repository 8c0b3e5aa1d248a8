package org.chromaproxy.main;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.config.audit.Exposure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the log says of where the proxy listens, and of what it is open to. */
class ListeningWordsTest {
    private static Config config(String... settings) {
        return ConfigReader.of(settings.length == 0 ? Map.of() : Map.of(settings[0], settings[1]));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, http://127.0.0.1:8000",
        "0.0.0.0, 0.0.0.0, http://0.0.0.0:8000 (every address of this machine)",
        "0.0.0.0, ::, http://0.0.0.0:8000 (every address of this machine)",
        "::, ::, http://[::]:8000 (every address of this machine)",
        "[::], ::, http://[::]:8000 (every address of this machine)",
        "localhost, 127.0.0.1, http://127.0.0.1:8000",
        "192.0.2.7, 192.0.2.7, http://192.0.2.7:8000"
    })
    void theTrueAddressIsLogged(String host, String bound, String words) {
        assertEquals(words, ServeCommand.where(config("HOST", host).listen(), new InetSocketAddress(bound, 8000)));
    }

    @Test
    void whatIsOpenIsSaid() {
        Exposure usual = Exposure.of(config());
        assertEquals(true, usual.toEverybody());
        assertEquals(2, usual.sentences().size(), usual.sentences()::toString);
        Exposure loopback = Exposure.of(config("HOST", "127.0.0.1"));
        assertEquals(List.of(), loopback.sentences());
        assertEquals(false, Exposure.of(config("TOKENS_FILE", "tokens")).toEverybody());
        assertEquals(
                List.of("primary"),
                Exposure.of(config("PRIMARY_URL", "http://chroma-1:8000")).plainServers());
    }
}
