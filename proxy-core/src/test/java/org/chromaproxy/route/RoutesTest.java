package org.chromaproxy.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private static final String D = "/api/v2/tenants/t/databases/d";
    private static final String ID = "0198a3c4-0000-7000-8000-000000000001";

    private static Route classify(String method, String uri) {
        String full =
                uri.replace("{D}", D).replace("{C}", D + "/collections/" + ID).replace("{ID}", ID);
        return Routes.classify(HttpMethod.valueOf(method), full);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/api/v2,SERVER_READ",
        "GET,/api/v2/heartbeat,SERVER_READ",
        "HEAD,/api/v2/heartbeat,SERVER_READ",
        "GET,/api/v2/healthcheck,SERVER_READ",
        "GET,/api/v2/pre-flight-checks,SERVER_READ",
        "GET,/api/v2/version,SERVER_READ",
        "GET,/api/v2/auth/identity,SERVER_READ",
        "GET,/docs,SERVER_READ",
        "GET,/docs/,SERVER_READ",
        "GET,/docs/swagger-ui.css,SERVER_READ",
        "GET,/openapi.json,SERVER_READ",
        "POST,/api/v2/reset,RESET",
        "POST,/api/v2/tenants,CREATE_TENANT",
        "GET,/api/v2/tenants/t,GET_TENANT",
        "PATCH,/api/v2/tenants/t,MODIFY_TENANT",
        "GET,/api/v2/tenants/t/databases,LIST_DATABASES",
        "POST,/api/v2/tenants/t/databases,CREATE_DATABASE",
        "GET,{D},GET_DATABASE",
        "DELETE,{D},DELETE_DATABASE",
        "GET,{D}/collections?limit=5&offset=2,LIST_COLLECTIONS",
        "POST,{D}/collections,CREATE_COLLECTION",
        "GET,{D}/collections_count,COUNT_COLLECTIONS",
        "GET,{D}/collections/name,GET_COLLECTION",
        "HEAD,{D}/collections/name,GET_COLLECTION",
        "GET,{C},GET_COLLECTION",
        "GET,{D}/collections/by-id/{ID},GET_COLLECTION_BY_ID",
        "DELETE,{D}/collections/name,DELETE_COLLECTION",
        "PUT,{C},MODIFY_COLLECTION",
        "GET,/api/v2/collections/t:d:c,CRN",
    })
    void chromasCatalogAndServerRoutes(String method, String uri, RouteKind kind) {
        assertEquals(kind, classify(method, uri).kind());
    }

    @ParameterizedTest
    @CsvSource({
        "POST,add,WRITE_ADD",
        "POST,update,WRITE_UPDATE",
        "POST,upsert,WRITE_UPSERT",
        "POST,delete,WRITE_DELETE",
        "POST,get,READ_COLLECTION_RECORDS",
        "POST,query,READ_COLLECTION_RECORDS",
        "POST,query?limit=3,READ_COLLECTION_RECORDS",
        "POST,search,READ_COLLECTION_RECORDS",
        "POST,conditional/get,READ_COLLECTION_RECORDS",
        "POST,conditional/commit,WRITE_OTHER",
        "GET,count,READ_COLLECTION_RECORDS",
        "HEAD,count,READ_COLLECTION_RECORDS",
        "GET,indexing_status,READ_COLLECTION_RECORDS",
        "GET,fork_count,READ_COLLECTION_RECORDS",
        "GET,functions/f,READ_COLLECTION_RECORDS",
        "POST,fork,WRITE_OTHER",
        "POST,functions/attach,WRITE_OTHER",
        "POST,attached_functions/f/detach,WRITE_OTHER",
        "POST,attached_functions/f/add_input,WRITE_OTHER",
        "POST,nonsense,UNKNOWN",
        "POST,add/more,UNKNOWN",
        "POST,attached_functions/f,UNKNOWN",
        "POST,attached_functions/f/g/detach,UNKNOWN",
        "GET,functions/f/g,UNKNOWN",
        "POST,add/,UNKNOWN",
    })
    void chromasRecordRoutes(String method, String operation, RouteKind kind) {
        assertEquals(kind, classify(method, "{C}/" + operation).kind());
    }

    @Test
    void theReleaseThatDetachesFunctionsBelowTheDatabase() {
        Route route = classify("POST", "{D}/attached_functions/f/detach");
        assertEquals(RouteKind.WRITE_OTHER, route.kind());
        assertEquals(Segment.NONE, route.collection());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/status?realtime=true",
                "/wal/status",
                "/collection/mappings",
                "/collection/mappings/x",
                "/admin/instances/primary/health",
                "/transaction/safety/status",
                "/transactions/abc?wait=30s",
                "/metrics"
            })
    void theProxysOwnRoutes(String uri) {
        assertEquals(RouteKind.OWN, classify("GET", uri).kind());
        assertEquals(RouteKind.OWN, classify("POST", uri).kind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "*",
                "/nope",
                "/healthy",
                "/api",
                "/api/v1",
                "/api/v1/",
                "/api/v2x",
                "/api/v2/",
                "/api/v2/nope",
                "/api/v2/tenants/t/nope",
                "/api/v2/tenants/t/databasesx",
                "/api/v2/tenants/t/databases/d/nope",
                "/api/v2/tenants/t/databases/",
                "{D}/collections/",
                "/api/v2/ten%61nts/t",
                "/collection"
            })
    void whatChromaAnswersWithAnEmpty404(String uri) {
        assertEquals(RouteKind.UNKNOWN, classify("GET", uri).kind());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void v1IsGone(String method) {
        assertEquals(RouteKind.V1_GONE, classify(method, "/api/v1/collections").kind());
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/api/v1/x,'GET,HEAD,PUT,PATCH,DELETE,OPTIONS'",
        "OPTIONS,{D}/collections,'POST,GET,HEAD'",
        "PATCH,{D}/collections/aaa,'GET,HEAD,PUT,DELETE'",
        "POST,{D}/collections/aaa,'GET,HEAD,PUT,DELETE'",
        "POST,/api/v2/heartbeat,'GET,HEAD'",
        "OPTIONS,{C}/add,POST",
        "GET,{C}/add,POST",
        "GET,{C}/functions/attach,POST",
        "get,/api/v2/version,'GET,HEAD'",
        "DELETE,{D}/collections/by-id/{ID},'GET,HEAD'",
        "GET,/api/v2/reset,POST",
        "TRACE,{D},'GET,HEAD,DELETE'",
    })
    void theWrongMethodGetsTheListOfRightOnes(String method, String uri, String allow) {
        Route route = classify(method, uri);
        assertEquals(RouteKind.METHOD_NOT_ALLOWED, route.kind());
        assertEquals(allow, route.allow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v2/tenants/a%FF",
                "/api/v2/tenants/a%c3/databases",
                "/api/v2/tenants/%ed%a0%80",
                "/api/v2/tenants/caf\u00e9",
                "/api/v2/tenants/a\u0001b",
                "/api/v2/tenants/a b",
                "/api/v2/tenants/a#b",
                "/api/v2/tenants/a<b",
                "/api/v2/tenants/a`b",
                "/admin/a%2fb",
                "/admin/a%5Cb",
                "/admin/a%00b",
                "/transactions/a%zz",
                "/transactions/a%2",
                "/dashboard/..%2fadmin",
                "api/v2",
                ""
            })
    void aPathThatNoServerReadsIsRefused(String uri) {
        Route route = classify("GET", uri);
        assertEquals(RouteKind.BAD_PATH, route.kind(), uri);
        assertEquals(false, route.reason().isEmpty());
    }

    /** Each looks like another name, or like none, where an operator reads it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "%C2%80",
                "%c2%85",
                "%C2%9b31m",
                "%C2%9F",
                "%D8%9C",
                "%E2%80%8E",
                "%e2%80%8f",
                "%E2%80%A8",
                "%E2%80%A9",
                "%E2%80%AA",
                "%E2%80%AE",
                "%E2%81%A6",
                "%E2%81%A9"
            })
    void aPathWithACharacterThatMisleadsReadersIsRefused(String character) {
        for (String path : List.of(
                "/api/v2/tenants/a%sb",
                "/api/v2/tenants/t/databases/%s",
                "/api/v2/tenants/t/databases/d/collections/a%s",
                "/api/v2/tenants/t/databases/d/collections/a%s/add",
                "/admin/%s",
                "/api/v2/%s")) {
            String uri = path.replace("%s", character);
            assertEquals(RouteKind.BAD_PATH, classify("POST", uri).kind(), uri);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%C2%A0", "%E2%80%8D", "%E2%80%A7", "%E2%80%AF", "%E2%81%A5", "%D7%90", "%F0%9F%91%A9"})
    void aPathInAnyScriptIsTaken(String character) {
        assertEquals(
                RouteKind.GET_TENANT,
                classify("GET", "/api/v2/tenants/a" + character).kind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v2/tenants/a<b",
                "/api/v2/tenants/a>b",
                "/api/v2/tenants/a`b",
                "/api/v2/tenants/a\"b",
                "/api/v2/tenants/a{b",
                "/api/v2/tenants/a}b",
                "/api/v2/tenants/a#b",
                "/api/v2/tenants?a=<",
                "/api/v2/tenants?a=>",
                "/api/v2/tenants?a=\"",
                "/api/v2/tenants?a=1#b"
            })
    void aCharacterThatEveryClientEscapesIsRefused(String uri) {
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PATCH)) {
            assertEquals(RouteKind.BAD_PATH, Routes.ofRequest(method, uri).kind(), uri);
        }
    }

    /** By clients that follow the URL Standard, the Python client's HTTP library among them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v2/tenants/a\\b",
                "/api/v2/tenants/a|b^c[d]",
                "/api/v2/tenants/-._~!$&'()*+,;=:@?-._~!$&'()*+,;=:@/?{}|^[]`\\",
                "/api/v2/tenants/%3C%3e?%22"
            })
    void whatClientsSendRawIsAsTheServerReadsIt(String uri) {
        Route route = Routes.ofRequest(HttpMethod.GET, uri);
        assertEquals(RouteKind.GET_TENANT, route.kind(), uri);
        assertEquals(route, classify("GET", uri));
    }

    /** Its lanes must find the collection's place in a path that an earlier release took. */
    @Test
    void aLoggedPathIsReadAsItWas() {
        Route route = Routes.classify(HttpMethod.POST, "/api/v2/tenants/{t}/databases/\"d\"/collections/x/add?y=\"<\"");
        assertEquals(RouteKind.WRITE_ADD, route.kind());
        assertEquals("x", route.collection().text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api//v2",
                "//api/v2",
                "//admin",
                "/./admin",
                "/admin//wal_errors",
                "/api/v2/tenants//databases",
                "/api/v2/tenants/t/databases//collections",
                "/api/v2/tenants/t/databases/d/collections//get",
                "/api/v2/tenants/%2e%2E/databases",
                "/api/v2/tenants/../databases",
                "/api/v2/tenants/.",
                "/api/v2/tenants/.%2e",
                "/admin%2fwal_errors",
                "/health%2f..%2fadmin",
                "/health/../admin"
            })
    void whatANormalisationWouldChangeLeadsNowhere(String uri) {
        assertEquals(RouteKind.UNKNOWN, classify("GET", uri).kind(), uri);
    }

    @Test
    void aNameMayHoldAnythingOnceItIsEscaped() {
        Map<String, String> names = Map.of(
                "a%2Fb",
                "a/b",
                "a%2f..%2Fb",
                "a/../b",
                "a%5Cb",
                "a\\b",
                "a\\b",
                "a\\b",
                "a%00b",
                "a\0b",
                "a%7f",
                "a\u007f",
                "a%zz",
                "a%zz",
                "a%2",
                "a%2",
                "a%",
                "a%",
                "a%%20",
                "a% ");
        names.forEach((raw, name) -> {
            Route route = classify("GET", "/api/v2/tenants/" + raw + "/databases/" + raw);
            assertEquals(RouteKind.GET_DATABASE, route.kind(), raw);
            assertEquals(new Scope(name, name), route.scope());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"...", ".a", "a.", "..a", "%2e.a", "%2E%2e%2e", "a+b", "a:b", "a%20b", "%25", "%252f"})
    void anUnusualNameIsOneAllTheSame(String name) {
        assertEquals(
                RouteKind.GET_TENANT, classify("GET", "/api/v2/tenants/" + name).kind());
    }

    @Test
    void namesAreDecodedOnceAndTheCollectionsRawPlaceIsKept() {
        String uri = "/api/v2/tenants/t%C3%A4/databases/%252e/collections/a%20b%F0%9F%98%80/add?x=%20";
        Route route = Routes.classify(HttpMethod.POST, uri);
        assertEquals(RouteKind.WRITE_ADD, route.kind());
        assertEquals(new Scope("t\u00e4", "%2e"), route.scope());
        assertEquals("a b\ud83d\ude00", route.collection().text());
        Segment segment = route.collection();
        assertEquals("a%20b%F0%9F%98%80", uri.substring(segment.start(), segment.end()));
    }

    @Test
    void aPlusSignIsNotASpace() {
        assertEquals("a+b", classify("GET", "/api/v2/tenants/a+b").scope().tenant());
    }

    @Test
    void aCollectionNamedByIdIsReachable() {
        assertEquals(
                "by-id", classify("GET", "{D}/collections/by-id").collection().text());
        assertEquals(
                RouteKind.GET_COLLECTION,
                classify("GET", "{D}/collections/by-id").kind());
        assertEquals(
                RouteKind.DELETE_COLLECTION,
                classify("DELETE", "{D}/collections/by-id").kind());
        assertEquals(
                RouteKind.WRITE_ADD,
                classify("POST", "{D}/collections/by-id/add").kind());
        Route count = classify("GET", "{D}/collections/by-id/count");
        assertEquals(RouteKind.READ_COLLECTION_RECORDS, count.kind());
        assertEquals("by-id", count.collection().text());
        Route byId = classify("GET", "{D}/collections/by-id/{ID}");
        assertEquals(ID, byId.collection().text());
    }

    @Test
    void onlyWritesAreWrites() {
        assertEquals(true, classify("POST", "{C}/upsert").kind().write());
        assertEquals(true, classify("DELETE", "{D}").kind().write());
        assertEquals(false, classify("POST", "{C}/query").kind().write());
        assertEquals(false, classify("POST", "/admin/create_mapping").kind().write());
    }
}
