package org.chromaproxy.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.config.Config;
import org.chromaproxy.config.ConfigReader;
import org.chromaproxy.reload.ReloadReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database's address is shown without anything secret. */
class DatabaseShownTest {
    private static final String HIDDEN = "PostgreSQL (address not shown)";

    private static String shown(String address) {
        Config config = ConfigReader.of(Map.of());
        return new AdminServices.Settings(() -> config, () -> ReloadReport.refused(List.of()), address).database();
    }

    @Test
    void hostsAndNameAreShown() {
        assertEquals("db.example:5432/log", shown("postgresql://me:secret@db.example:5432/log"));
        assertEquals("a:1,b:2/log", shown("jdbc:postgresql://a:1,b:2/log?user=me&password=secret"));
        assertEquals("[::1]:5432/log", shown("postgres://me@[::1]:5432/log"));
        assertEquals("db/log", shown("db/log"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://me:se@cret@db/log",
                "postgresql://me:se/cret@db/log",
                "postgresql://me:se?cret@db/log",
                "postgresql://me:12?cret@db/log",
                "me:secret@db/log",
                "jdbc:postgresql:log?password=s@cret",
                ""
            })
    void whatCannotBeReadForSureIsNotShown(String address) {
        assertEquals(HIDDEN, shown(address));
    }
}
