package org.chromaproxy.drill.mutant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MutantTest {
    @ParameterizedTest
    @EnumSource
    void everyMutantCanBeMadeOfTheProxyAsItIs(Mutant mutant) throws IOException {
        for (Edit edit : mutant.edits()) {
            try (InputStream file =
                    MutantTest.class.getResourceAsStream("/" + edit.type().replace('.', '/') + ".class")) {
                assertNotNull(file, edit.type());
                byte[] changed = edit.apply(file.readAllBytes());
                assertEquals(List.of(), ClassFile.of().verify(changed));
            }
        }
    }
}
