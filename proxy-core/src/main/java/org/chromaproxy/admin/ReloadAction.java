package org.chromaproxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.chromaproxy.admin.page.AdminServices;
import org.chromaproxy.admin.page.Answers;
import org.chromaproxy.exchange.OwnEndpoints.Answer;
import org.chromaproxy.http.ProxyError;
import org.chromaproxy.reload.ReloadReport;

/** Reading the configuration again, on an operator's demand. Blocking, for workers. */
final class ReloadAction {
    private final AdminServices services;

    ReloadAction(AdminServices services) {
        this.services = services;
    }

    /** 200 with what changed; 400 with every problem when it is refused as a whole. */
    Answer reload() {
        ReloadReport report = services.settings().reload().get();
        if (report.refused()) {
            throw Answers.refuse(
                    ProxyError.BAD_REQUEST,
                    "The new configuration was refused and the old one stays in effect. Correct this and reload again: "
                            + String.join("; ", report.problems()));
        }
        ObjectNode answer = Answers.object().put("success", true).put("message", message(report));
        changes(report.changed(), answer.putArray("changed"));
        changes(report.restart(), answer.putArray("needs_restart"));
        report.warnings().forEach(answer.putArray("warnings")::add);
        return Answers.json(200, answer);
    }

    private static String message(ReloadReport report) {
        String changed = report.changed().isEmpty()
                ? "Nothing that can change while the proxy runs is different."
                : "In effect now: " + report.changed().size() + " setting(s).";
        return report.restart().isEmpty()
                ? changed
                : changed + " " + report.restart().size() + " setting(s) differ and need a restart to take effect.";
    }

    private static void changes(List<ReloadReport.Change> changes, ArrayNode into) {
        for (ReloadReport.Change change : changes) {
            into.addObject()
                    .put("setting", change.key())
                    .put("before", change.before())
                    .put("now", change.now())
                    .put("source", change.source());
        }
    }
}
