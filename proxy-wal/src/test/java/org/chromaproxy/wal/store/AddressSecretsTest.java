package org.chromaproxy.wal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An address's options may hold a password: no message repeats them, whatever the driver says. */
class AddressSecretsTest {
    @Test
    void aTargetIsShownWithoutItsPassword() {
        DatabaseTarget target = DatabaseTarget.of("jdbc:postgresql://h:1/db?user=u&password=s3cret", "me", "s3cret");
        assertEquals("jdbc:postgresql://h:1/db?*** as me, schema chroma_proxy", target.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://127.0.0.1:1/db?password=s3cret",
                "jdbc:postgresql://127.0.0.1:0/db?password=s3cret",
                "jdbc:postgresql://127.0.0.1?password=s3cret",
                "jdbc:postgresql://127.0.0.1:1/db?password=s3cret%zz",
                "jdbc:postgresql://127.0.0.1:1/db?service=s3cret"
            })
    void aFailureToConnectDoesNotRepeatThePassword(String url) {
        DatabaseTarget target = DatabaseTarget.of(url, "", "");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            for (Supplier<AutoCloseable> opening :
                    List.<Supplier<AutoCloseable>>of(() -> Database.open(target), () -> PgLogSession.open(target))) {
                String message =
                        assertThrows(RuntimeException.class, opening::get).toString();
                assertFalse(message.contains("s3cret"), message);
            }
        } finally {
            System.setErr(before);
        }
        assertFalse(printed.toString(StandardCharsets.UTF_8).contains("s3cret"), printed::toString);
    }
}
