package org.chromaproxy.drill.net;

import io.netty.buffer.ByteBuf;

/** One HTTP/1.1 connection: requests up, answers down. */
final class HttpMarks implements Marks {
    private final Link link;
    private final HttpScan requests = new HttpScan();
    private final HttpScan answers = new HttpScan();

    HttpMarks(Link link) {
        this.link = link;
    }

    @Override
    public int cutAt(ByteBuf bytes, boolean up) {
        HttpScan scan = up ? requests : answers;
        int passed = 0;
        while (passed < bytes.readableBytes()) {
            HttpScan.Step step = scan.step(bytes, bytes.readerIndex() + passed);
            if (step.first() && step.part() == HttpScan.Part.HEAD) {
                if (!up && link.strikes(CutPoint.BEFORE_ANSWER)) {
                    return passed;
                }
                if (link.strikes(up ? CutPoint.REQUEST_HEAD : CutPoint.ANSWER_HEAD)) {
                    return passed + step.bytes() / 2;
                }
            }
            if (step.first()
                    && step.part() == HttpScan.Part.BODY
                    && link.strikes(up ? CutPoint.REQUEST_BODY : CutPoint.ANSWER_BODY)) {
                return passed + step.bytes() / 2;
            }
            passed += step.bytes();
            if (up && step.lastOfMessage() && link.strikes(CutPoint.AFTER_REQUEST)) {
                return passed;
            }
        }
        return NO_CUT;
    }
}
