package org.chromaproxy.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One formatter for all. Run here and not by Spotless, because the formatter parses with the compiler of the JVM it
 * runs in: these tests run on the project's Java, Maven itself perhaps on an older one that cannot read our sources.
 */
class FormatTest {
    @Test
    void everyFileIsFormatted() throws FormatterException {
        Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        List<String> unformatted = new ArrayList<>();
        for (JavaSource source : SourceTree.locate().java()) {
            // As Spotless does it: strings too long for a line are left to their author.
            if (!formatter.formatSource(source.text()).equals(source.text())) {
                unformatted.add(source.path().toString());
            }
        }
        assertEquals(List.of(), unformatted, "to format: JAVA_HOME=(a JDK 25 or newer) mvn spotless:apply");
    }
}
