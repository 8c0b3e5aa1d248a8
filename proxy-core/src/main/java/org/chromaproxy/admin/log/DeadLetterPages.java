package org.chromaproxy.admin.log;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import org.chromaproxy.admin.page.AdminRequest;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.wal.recovery.DeadLetters;
import org.chromaproxy.wal.store.query.DeadLetterSql.Letter;

/** The records that were given up, and what was done about them. Blocks. */
public final class DeadLetterPages {
    private static final int SHOWN = 50;
    private static final int MOST = 500;

    private final AdminServices services;
    private final DeadLetters letters;
    private final TransactionIds ids;

    public DeadLetterPages(AdminServices services, TransactionIds ids) {
        this.services = services;
        this.letters = services.log().letters();
        this.ids = ids;
    }

    /** A page of the undecided ones; with {@code ?all} of all. */
    public Answer page(AdminRequest request) {
        boolean all = request.flag("all");
        int limit = Math.min(MOST, request.number("limit", SHOWN));
        List<Letter> page = letters.page(all, limit, request.number("offset", 0));
        ObjectNode body = Answers.object();
        ArrayNode list = body.putArray("dead_letters");
        page.forEach(letter -> list.add(describe(letter)));
        return Answers.json(200, body.put("total", letters.count(all)));
    }

    /** One of them, with its body. */
    public Answer letter(String id) {
        Letter letter = find(id);
        ObjectNode node = describe(letter);
        byte[] body = services.log().reader().body(letter.lsn()).orElse(new byte[0]);
        try {
            node.put(
                    "body",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(body))
                            .toString());
        } catch (CharacterCodingException e) {
            node.put("body_base64", Base64.getEncoder().encodeToString(body));
        }
        return Answers.json(200, node);
    }

    /** By its transaction id, the proxy's or the client's. */
    Letter find(String id) {
        OptionalLong own = ids.lsn(id);
        List<Long> lsns = own.isPresent()
                ? List.of(own.getAsLong())
                : services.log().queries().lsnsOf(id);
        return lsns.stream()
                .flatMap(lsn -> letters.letter(lsn).stream())
                .findFirst()
                .orElseThrow(() -> Answers.notFound("There is no dead letter " + id + "."));
    }

    private ObjectNode describe(Letter letter) {
        ObjectNode node = services.log()
                .queries()
                .transaction(letter.lsn())
                .map(view -> ids.describe(view.record()))
                .orElseGet(() -> Answers.object()
                        .put("transaction_id", ids.text(letter.lsn()))
                        .put("lsn", letter.lsn()));
        OptionalLong retried = letter.retriedAs();
        return node.put("reason", letter.reason())
                .put("abandoned_at", letter.at().toString())
                .put("response_status", letter.status() == 0 ? null : letter.status())
                .put("decision", letter.open() ? null : letter.action())
                .put("retried_as", retried.isPresent() ? ids.text(retried.getAsLong()) : null);
    }
}
