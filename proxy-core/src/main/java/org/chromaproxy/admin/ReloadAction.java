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
    private static final int CONFLICT = 409;

    private final AdminServices services;

    ReloadAction(AdminServices services) {
        this.services = services;
    }

    /**
     * 200 with what changed; 400 with every problem when it is refused as a whole; 409 when something could not be done
     * though the rest is in effect.
     */
    Answer reload() {
        ReloadReport report = services.settings().reload().get();
        ObjectNode answer = Answers.object();
        int status = 200;
        if (report.refused()) {
            status = ProxyError.BAD_REQUEST.status().code();
            answer.put("error", ProxyError.BAD_REQUEST.chromaName());
        } else if (!report.notTaken().isEmpty()) {
            status = CONFLICT;
            answer.put("error", "ReloadError");
        }
        answer.put("success", status == 200).put("message", message(report));
        changes(report.changed(), answer.putArray("changed"));
        ArrayNode notTaken = answer.putArray("not_taken");
        report.problems().forEach(notTaken::add);
        report.notTaken().forEach(notTaken::add);
        changes(report.restart(), answer.putArray("needs_restart"));
        report.warnings().forEach(answer.putArray("warnings")::add);
        return Answers.json(status, answer);
    }

    private static String message(ReloadReport report) {
        if (report.refused()) {
            return "The new configuration was refused and the old one stays in effect, tokens included; certificates are looked"
                    + " at by themselves all the same. Correct this and reload again: "
                    + String.join("; ", report.problems());
        }
        StringBuilder message = new StringBuilder(
                report.changed().isEmpty()
                        ? "Nothing that can change while the proxy runs is different."
                        : "In effect now: " + report.changed().size() + " setting(s).");
        if (!report.notTaken().isEmpty()) {
            message.append(" This could not be done, reload again to try once more: ")
                    .append(String.join("; ", report.notTaken()))
                    .append('.');
        }
        if (!report.restart().isEmpty()) {
            message.append(' ')
                    .append(report.restart().size())
                    .append(" setting(s) differ and need a restart to take effect.");
        }
        return message.toString();
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
