package org.chromaproxy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.chromaproxy.access.client.ClientSocket;
import org.chromaproxy.access.client.HostNames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By which names the proxy is asked itself. */
class HostNamesTest {
    private static final ClientSocket SOCKET = new ClientSocket("192.0.2.1", "192.0.2.100", false);
    private static final HostNames NAMES = new HostNames(List.of("Chroma.Example", "2001:db8::7"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8000",
                "localhost.",
                "a.localhost:8000",
                "127.0.0.1",
                "127.1.2.3:8000",
                "[::1]:8000",
                "[0:0:0:0:0:0:0:1]",
                "192.0.2.100",
                "192.0.2.100:8000",
                "chroma.example",
                "chroma.EXAMPLE.:8000",
                "[2001:db8::7]:8000",
                ""
            })
    void ownNames(String host) {
        assertEquals(true, NAMES.own(host, SOCKET), host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8000",
                "localhost.evil.example",
                "notlocalhost",
                "127.0.0.1.evil.example",
                "127.0.0.1@evil.example",
                "chroma.example.evil.example",
                "sub.chroma.example",
                "[::1].evil.example",
                "2130706433",
                "0x7f.1",
                "::1.evil.example",
                "[::1%evil.example]",
                "[fe80::1%25eth0]:8000"
            })
    void foreignNames(String host) {
        assertEquals(false, NAMES.own(host, SOCKET), host);
        assertEquals(false, NAMES.ownOrAddress(host, SOCKET), host);
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7:8000, 203.0.113.9", "[2001:db8::9], 0.0.0.0"})
    void anotherAddressIsNobodysName(String one, String other) {
        for (String host : List.of(one, other)) {
            assertEquals(false, NAMES.own(host, SOCKET), host);
            assertEquals(true, NAMES.ownOrAddress(host, SOCKET), host);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "10.0.0.1:8000"})
    void aStarIsEveryName(String host) {
        assertEquals(true, new HostNames(List.of("*")).own(host, SOCKET), host);
    }
}
