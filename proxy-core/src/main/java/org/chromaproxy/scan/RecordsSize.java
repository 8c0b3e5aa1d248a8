package org.chromaproxy.scan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Looks through the bytes of an add, update or upsert for what is beyond {@link ServerBounds}. Of a body that is not well formed
 * it may say anything, since no server takes it. Confined to one thread.
 */
final class RecordsSize {
    /** Where the list of all is of which each record has one: below the body, or its object of members. */
    private static final int LISTS = 2;
    /** Where a record's own metadata or embedding is. */
    private static final int RECORD = 3;

    private static final int ELEMENTS = 4;
    private static final int HEX = 16;
    /** Hexadecimal digits of an escape. */
    private static final int UNICODE = 4;
    /** The first half of them. */
    private static final int SURROGATES = 0xd8;

    private static final String NOTHING = "an embedding without numbers";
    private static final byte[] EMBEDDINGS = "embeddings".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] IDS = "ids".getBytes(StandardCharsets.US_ASCII);
    /** Where 1.5.9 keeps a record's document, among its metadata. */
    private static final byte[] DOCUMENT = "chroma:document".getBytes(StandardCharsets.US_ASCII);
    /** In base64 four octets stand for three, and a number has four. */
    private static final int BASE64 = ServerBounds.DIMENSION * 16 / 3;

    private final byte[] body;
    private int depth;
    /** Members of a record's metadata, and elements of lists in it. */
    private int values;

    private int numbers;
    private boolean listInRecord;
    private boolean recordIsList;
    private boolean bodyIsList;
    private int member;
    private int keyStart;
    private int keyEnd;
    /** Whether the member is, or may be, the embeddings, and whether it certainly is. */
    private boolean embeddings;

    private boolean surelyEmbeddings;
    private boolean ids = true;
    /** The text that was read last. */
    private int lastStart;

    private int lastEnd;
    private int elements;
    private int mostElements;
    private String excess = "";
    private int longest;
    /** Whether texts are measured, and how long those of the present record's metadata are. */
    private final boolean measures;

    private int metadata;

    private RecordsSize(byte[] body, boolean measures) {
        this.body = body;
        this.measures = measures;
    }

    /** What is too large, in words; empty if nothing is. */
    static String excess(byte[] body) {
        return new RecordsSize(body, false).walk();
    }

    /** Whether there is an empty list, an empty text, or what may be the name of a record's document, anywhere in it. */
    static boolean isSuspect(byte[] body) {
        for (int i = 0; i < body.length - 1; i++) {
            boolean suspect = switch (body[i]) {
                case '[' -> endsAtOnce(body, i);
                case '"' -> body[i + 1] == '"' || holds(body, i + 1, DOCUMENT);
                case '\\' -> body[i + 1] == 'u';
                default -> false;
            };
            if (suspect) {
                return true;
            }
        }
        return false;
    }

    private static boolean holds(byte[] body, int at, byte[] text) {
        return at + text.length <= body.length && Arrays.equals(body, at, at + text.length, text, 0, text.length);
    }

    /** The most elements that a list has of which each record has one; with every list of the body's own among them. */
    static int records(byte[] body) {
        RecordsSize size = new RecordsSize(body, false);
        size.walk();
        return size.mostElements;
    }

    /** Whether the list that begins there is empty. */
    private static boolean endsAtOnce(byte[] body, int begin) {
        int next = begin + 1;
        while (next < body.length && body[next] <= ' ') {
            next++;
        }
        return next < body.length && body[next] == ']';
    }

    static int longestText(byte[] body) {
        RecordsSize size = new RecordsSize(body, true);
        size.walk();
        return size.longest;
    }

    private String walk() {
        for (int i = 0; i < body.length && excess.isEmpty(); i++) {
            switch (body[i]) {
                case '"' -> i = text(i);
                case '[', '{' -> begin(i);
                case ']', '}' -> depth--;
                case ':' -> colon(i);
                case ',' -> comma();
                default -> {}
            }
        }
        return excess;
    }

    private int text(int quote) {
        int end = ArrayMetadata.stringEnd(body, quote);
        lastStart = quote + 1;
        lastEnd = end;
        if (depth == LISTS && ids && end - quote > ServerBounds.NAME_BYTES) {
            excess = "an id of more than " + ServerBounds.NAME_BYTES + " bytes";
        } else if (depth == 1) {
            keyStart = quote + 1;
            keyEnd = end;
        } else if (depth == LISTS && embeddings && end - quote > BASE64) {
            tooLong();
        } else if (depth == LISTS && embeddings && end == quote + 1) {
            excess = NOTHING;
        } else if (measures && depth >= LISTS && !surelyEmbeddings) {
            measure(quote, end);
        }
        return end;
    }

    /** Of a record's metadata all texts count together. */
    private void measure(int quote, int end) {
        if (depth >= RECORD) {
            metadata += length(quote + 1, end);
            longest = Math.max(longest, metadata);
        } else if (end - quote > longest) {
            longest = Math.max(longest, length(quote + 1, end));
        }
    }

    /** Bytes that a text has in UTF-8, escapes resolved. */
    private int length(int start, int end) {
        int length = end - start;
        for (int i = start; i < end - 1; i++) {
            if (body[i] == '\\') {
                i++;
                boolean unicode = body[i] == 'u' && i + UNICODE < end;
                length -= unicode ? UNICODE + 2 - encoded(i + 1) : 1;
                i += unicode ? UNICODE : 0;
            }
        }
        return length;
    }

    /** Bytes of the character with these four hexadecimal digits; half of a pair's for either surrogate. */
    private int encoded(int digits) {
        int high = Character.digit(body[digits], HEX) * HEX + Character.digit(body[digits + 1], HEX);
        if (high >= SURROGATES && high < SURROGATES + 8) {
            return 2;
        }
        return high >= 8 ? 3 : high > 0 || Character.digit(body[digits + 2], HEX) >= 8 ? 2 : 1;
    }

    private void begin(int at) {
        boolean list = body[at] == '[';
        depth++;
        switch (depth) {
            case 1 -> bodyIsList = list;
            case LISTS -> {
                elements = list && !endsAtOnce(body, at) ? 1 : 0;
                mostElements = Math.max(mostElements, elements);
            }
            case RECORD -> {
                values = 0;
                metadata = 0;
                numbers = 1;
                recordIsList = list;
                if (list && embeddings && endsAtOnce(body, at)) {
                    excess = NOTHING;
                }
            }
            case ELEMENTS -> listInRecord = list;
            default -> {}
        }
    }

    private void colon(int at) {
        if (lastEnd - lastStart > ServerBounds.NAME_BYTES) {
            excess = ServerBounds.LONG_NAME;
        } else if (depth == 1) {
            byte[] key = Arrays.copyOfRange(body, keyStart, keyEnd);
            boolean escaped = new String(key, StandardCharsets.ISO_8859_1).contains("\\");
            surelyEmbeddings = Arrays.equals(key, EMBEDDINGS);
            embeddings = surelyEmbeddings || escaped;
            ids = escaped || Arrays.equals(key, IDS);
        } else if (depth == RECORD) {
            value();
            document(at);
        }
    }

    /** 1.5.9 takes anything, and its compaction of the log ends on what is no text: then no write of anybody's succeeds any more. */
    private void document(int colon) {
        boolean document = named(DOCUMENT);
        int next = colon + 1;
        while (document && next < body.length && body[next] <= ' ') {
            next++;
        }
        if (document && next < body.length && body[next] != '"') {
            excess = "a document that is no text, as chroma:document in its metadata";
        }
    }

    /** Whether the text that was read last is that one, escapes resolved. */
    private boolean named(byte[] name) {
        int at = lastStart;
        for (byte octet : name) {
            boolean escape = at + UNICODE + 1 < lastEnd && body[at] == '\\' && body[at + 1] == 'u';
            if (at >= lastEnd || octet != (escape ? escaped(at + 2) : body[at])) {
                return false;
            }
            at += escape ? UNICODE + 2 : 1;
        }
        return at == lastEnd;
    }

    /** The character with these four hexadecimal digits, as far as a byte can hold it. */
    private int escaped(int digits) {
        int character = 0;
        for (int i = digits; i < digits + UNICODE; i++) {
            character = character * HEX + Character.digit(body[i], HEX);
        }
        return character;
    }

    private void comma() {
        if (depth == 1) {
            // Chroma takes an array of the members' values, in their order, for the object: the ids, then these.
            member++;
            ids = false;
            embeddings = bodyIsList && member == 1;
            surelyEmbeddings = embeddings;
        } else if (depth == LISTS) {
            elements++;
            mostElements = Math.max(mostElements, elements);
        } else if (depth == RECORD && recordIsList && embeddings) {
            numbers++;
            if (numbers > ServerBounds.DIMENSION) {
                tooLong();
            }
        } else if (depth == ELEMENTS && listInRecord) {
            value();
        }
    }

    private void value() {
        values++;
        if (values > ServerBounds.METADATA_VALUES) {
            excess = "a record with more than " + ServerBounds.METADATA_VALUES + " values of metadata";
        }
    }

    private void tooLong() {
        excess = "an embedding of more than " + ServerBounds.DIMENSION + " numbers";
    }
}
