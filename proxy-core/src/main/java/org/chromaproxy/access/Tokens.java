package org.chromaproxy.access;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The tokens of one reading of the file. Immutable: whoever remembers something of it compares it by identity. */
public final class Tokens {
    private final List<Token> all;
    private final BiPredicate<byte[], byte[]> equal;

    Tokens(List<Token> all) {
        this(all, MessageDigest::isEqual);
    }

    /** @param equal compares two hashes, in a time that does not depend on where they differ */
    Tokens(List<Token> all, BiPredicate<byte[], byte[]> equal) {
        this.all = List.copyOf(all);
        this.equal = equal;
    }

    /** Why a start would refuse that tokens file, in its words; empty if it would take it. Blocks. */
    public static String trouble(Path file) {
        try {
            TokensFile.read(file);
            return "";
        } catch (AccessException e) {
            return String.valueOf(e.getMessage());
        }
    }

    int size() {
        return all.size();
    }

    /**
     * Whose secret a header's value presents. Every token is compared, whichever matches: how long it takes tells
     * nothing of the list.
     *
     * @param value of {@code Authorization}, or of {@code X-Chroma-Token}
     * @param bare whether the value is the secret by itself, as in {@code X-Chroma-Token}
     */
    Optional<Principal> find(String value, boolean bare) {
        return token(value, bare).map(Token::principal);
    }

    /** The same with its hash. */
    Optional<Token> token(String value, boolean bare) {
        String secret = bare ? value : Credentials.secret(value);
        return secret.isEmpty() ? Optional.empty() : byHash(Token.hash(secret));
    }

    /** The token of that hash, if it is still one. */
    Optional<Token> byHash(byte[] hash) {
        @Nullable Token found = null;
        for (Token token : all) {
            if (equal.test(token.hash(), hash)) {
                found = token;
            }
        }
        return Optional.ofNullable(found);
    }
}
