package org.chromaproxy.admin.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.exchange.OwnEndpoints.Answer;

/** The page's files, from the class path: ours, and uPlot's from its webjar. Thread-safe. */
public final class DashboardFiles {
    public static final String PATH = "/dashboard";
    /** What comes before the name of each file but the page itself. */
    public static final String PREFIX = PATH + "/";

    private static final String PAGE = "index.html";
    private static final String OURS = "/org/chromaproxy/admin/dashboard/";
    /** The version is part of a webjar's paths; a test notices when it is not that of the build. */
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";

    private final Map<String, Answer> files = new HashMap<>();

    /** Reads them all. */
    public DashboardFiles() {
        put(PAGE, HTML, OURS + PAGE);
        put("dashboard.css", STYLE, OURS + "dashboard.css");
        put("icon.svg", "image/svg+xml", OURS + "icon.svg");
        for (String module :
                new String[] {"main", "api", "view", "words", "charts", "instances", "tables", "letters"}) {
            put(module + ".js", SCRIPT, OURS + module + ".js");
        }
        put("uplot.js", SCRIPT, UPLOT + "uPlot.esm.js");
        put("uplot.css", STYLE, UPLOT + "uPlot.min.css");
    }

    private void put(String name, String type, String resource) {
        try (InputStream in = DashboardFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the page's file " + resource + " is missing from the program");
            }
            files.put(name, new Answer(200, type, in.readAllBytes(), PageHeaders.ALL));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    public Answer page() {
        return file(PAGE);
    }

    public Answer file(String name) {
        Answer file = files.get(name);
        if (file == null) {
            throw Answers.notFound("The page has no file " + name);
        }
        return file;
    }
}
