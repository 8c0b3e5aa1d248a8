package org.chromaproxy.exchange.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import org.chromaproxy.route.RouteKind;
import org.chromaproxy.scan.ClientJson;

/**
 * What Chroma answers to a read that succeeds, so that the page of something on the way, JSON though it be, is not taken for
 * an answer. By member where releases agree on one (seen on 1.0.5 and 1.5.9); clients read these.
 */
enum AnswerShape {
    /** Records, of get and query. */
    RECORDS('{', "ids"),
    NUMBER('0', ""),
    COLLECTION('{', "id"),
    /** A tenant or a database. */
    NAMED('{', "name"),
    LIST('[', ""),
    HEARTBEAT('{', "nanosecond heartbeat"),
    LIMITS('{', "max_batch_size"),
    IDENTITY('{', "user_id"),
    VERSION('"', ""),
    /** Any JSON but an error. */
    JSON(' ', "");

    private static final String ERROR = "{\"error\":";

    private final char first;
    private final String member;
    private final String beginning;

    AnswerShape(char first, String member) {
        this.first = first;
        this.member = member;
        this.beginning = "{\"" + member + "\":";
    }

    /** @param operation the last segment of the path */
    static AnswerShape of(RouteKind kind, String operation) {
        return switch (kind) {
            case READ_COLLECTION_RECORDS ->
                switch (operation) {
                    case "get", "query" -> RECORDS;
                    case "count" -> NUMBER;
                    default -> JSON;
                };
            case GET_COLLECTION, GET_COLLECTION_BY_ID -> COLLECTION;
            case GET_TENANT, GET_DATABASE -> NAMED;
            case LIST_DATABASES -> LIST;
            case SERVER_READ ->
                switch (operation) {
                    case "v2", "heartbeat" -> HEARTBEAT;
                    case "pre-flight-checks" -> LIMITS;
                    case "identity" -> IDENTITY;
                    case "version" -> VERSION;
                    default -> JSON;
                };
            default -> JSON;
        };
    }

    /** Whether what begins so may be one. */
    boolean begins(ByteBuf body) {
        byte start = body.isReadable() ? body.getByte(body.readerIndex()) : 0;
        boolean right = switch (first) {
            case ' ' -> start > ' ' && start != '<';
            case '0' -> start >= '0' && start <= '9';
            default -> start == first;
        };
        return right && !startsWith(body, ERROR);
    }

    /** Whether a whole body is one. */
    boolean fits(ByteBuf body) {
        if (!begins(body)) {
            return false;
        }
        if (first != '{' && first != ' ') {
            return true;
        }
        if (!member.isEmpty() && startsWith(body, beginning)) {
            return true;
        }
        return first == ' ' ? !error(body) : has(body, member);
    }

    private static boolean error(ByteBuf body) {
        return body.getByte(body.readerIndex()) == '{' && has(body, "error");
    }

    /** Whether it is an object with that member. */
    private static boolean has(ByteBuf body, String name) {
        try (JsonParser parser = ClientJson.once().createParser(ByteBufUtil.getBytes(body))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            boolean found = false;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                found |= parser.currentName().equals(name);
                parser.nextToken();
                parser.skipChildren();
            }
            return found && parser.currentToken() == JsonToken.END_OBJECT;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean startsWith(ByteBuf body, String with) {
        int start = body.readerIndex();
        if (body.readableBytes() < with.length()) {
            return false;
        }
        for (int i = 0; i < with.length(); i++) {
            if (body.getByte(start + i) != with.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
