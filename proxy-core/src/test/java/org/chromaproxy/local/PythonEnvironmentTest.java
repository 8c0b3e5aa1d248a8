package org.chromaproxy.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With interpreters that are scripts: what a machine's Python may lack. */
class PythonEnvironmentTest {
    /** Answers {@code --version}, and makes an environment whose own interpreter ends with status PIP. */
    private static final String COMPLETE = """
        [ "$1" = --version ] && { echo "Python VERSION"; exit 0; }
        for home; do :; done
        mkdir -p "$home/bin" && printf '#!/bin/sh\\necho a word of pip\\nexit PIP\\n' >"$home/bin/python"
        chmod +x "$home/bin/python"
        """;

    @TempDir
    private Path folder;

    private final List<String> downloads = new ArrayList<>();

    @Test
    void aMachineWithoutPythonIsToldWhatToInstall() {
        MissingProgramException missing = assertThrows(
                MissingProgramException.class,
                () -> ensure(folder.resolve("not-there").toString()));

        assertTrue(missing.toString().contains("python3-venv"), missing.toString());
    }

    @Test
    void aPythonThatIsTooOldIsNamed() throws IOException {
        String old = interpreter("echo Python 3.8.19");

        MissingProgramException tooOld = assertThrows(MissingProgramException.class, () -> ensure(old));

        assertTrue(tooOld.toString().contains("Python 3.9 or newer"), tooOld.toString());
        assertTrue(tooOld.toString().contains("this machine has: Python 3.8.19"), tooOld.toString());
    }

    @Test
    void aPythonWithoutVenvIsToldWhichPackageBringsIt() throws IOException {
        String bare = interpreter("[ \"$1\" = --version ] && { echo Python 3.11.2; exit 0; }\n"
                + "echo ensurepip is not available; exit 1");

        MissingProgramException bareOne = assertThrows(MissingProgramException.class, () -> ensure(bare));

        assertTrue(bareOne.toString().contains("ensurepip is not available"), bareOne.toString());
        assertTrue(bareOne.toString().contains("python3-venv"), bareOne.toString());
    }

    @Test
    void aFailedDownloadIsNoMissingProgramAndIsTriedAgain() throws IOException {
        String failing = interpreter(COMPLETE.replace("VERSION", "3.11.2").replace("PIP", "1"));

        LocalServerException failed = assertThrows(LocalServerException.class, () -> ensure(failing));
        assertFalse(failed instanceof MissingProgramException, failed.toString());
        assertTrue(failed.toString().contains("a word of pip"), failed.toString());

        ensure(interpreter(COMPLETE.replace("VERSION", "3.11.2").replace("PIP", "0")));
        assertEquals(2, downloads.size());
    }

    @Test
    void anEnvironmentIsMadeOnceAndAgainForAnotherPython() throws IOException {
        String python = interpreter(COMPLETE.replace("VERSION", "3.11.2").replace("PIP", "0"));
        ensure(python);
        ensure(python);
        assertEquals(1, downloads.size(), "found complete");

        PythonEnvironment again =
                ensure(interpreter(COMPLETE.replace("VERSION", "3.13.5").replace("PIP", "0")));

        assertEquals(2, downloads.size(), "the packages of 3.11 are not those of 3.13");
        assertTrue(Files.isExecutable(again.python()));
    }

    private PythonEnvironment ensure(String interpreter) {
        return PythonEnvironment.ensure(
                folder.resolve("home"), interpreter, "some==1 --hash=sha256:00\n", () -> downloads.add("some"));
    }

    private String interpreter(String script) throws IOException {
        Path file = Files.createTempFile(folder, "python", "");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }
}
