package org.chromaproxy.exchange.write;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.chromaproxy.exchange.Exchange;
import org.chromaproxy.exchange.ExchangeServices;
import org.chromaproxy.http.ForwardedHeaders;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.lane.WriteResult;

/** What the client of a logged write is told, under which transaction. Confined to the connection's event loop. */
final class WriteAnswers {
    static final String TRANSACTION_ID = "Transaction-ID";
    private static final int RETRY_AFTER_SECONDS = 5;

    private final Exchange exchange;
    private final ExchangeServices services;
    private final WriteRecords records;

    WriteAnswers(Exchange exchange, ExchangeServices services, WriteRecords records) {
        this.exchange = exchange;
        this.services = services;
        this.records = records;
    }

    /** What its lanes, or the log, say of it. */
    void decided(long lsn, WriteResult result) {
        HttpHeaders headers = new DefaultHttpHeaders();
        ForwardedHeaders.response(result.headers(), headers);
        headers.set(TRANSACTION_ID, records.clientId().orElseGet(() -> id(lsn)));
        records.warn(headers);
        byte[] told = result.success() ? result.body() : records.publicIds(result.body());
        result.error()
                .ifPresentOrElse(
                        error -> exchange.fail(error, result.status(), told, headers),
                        () -> exchange.respond(result.status(), result.contentType(), told, headers));
    }

    /** It is logged and will be applied in its turn: all that a client which prefers not to wait is told. */
    void accepted(long lsn) {
        HttpHeaders headers = new DefaultHttpHeaders().set(Preferences.APPLIED, Preferences.RESPOND_ASYNC);
        records.warn(headers);
        String id = identify(lsn, headers);
        String body = "{\"transaction_id\":\"" + id + "\",\"status\":\"ATTEMPTING\"}";
        exchange.respond(202, WriteResult.JSON, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /**
     * Its time is over.
     *
     * @param lsn 0 if it has none
     */
    void overdue(ProxyError error, long lsn) {
        HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
        String message = error.message();
        if (lsn > 0) {
            String id = identify(lsn, headers);
            message += " Transaction " + id + ": GET /transactions/" + id + "?wait=30s";
        }
        exchange.fail(error, message, headers);
    }

    /** Says which transaction this is, and where its outcome is found; its id. */
    private String identify(long lsn, HttpHeaders headers) {
        String id = id(lsn);
        headers.set(TRANSACTION_ID, records.clientId().orElse(id));
        headers.set(HttpHeaderNames.LOCATION, "/transactions/" + id);
        return id;
    }

    private String id(long lsn) {
        return services.transactions().idOf(lsn, exchange.principal().everywhere());
    }
}
