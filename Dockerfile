# The proxy in an image: its jar, a Java runtime of the modules it needs, the launcher, nothing else. Give it PRIMARY_URL,
# REPLICA_URL and DATABASE_URL. .ci/image builds it and runs it as it is meant to be run: as its own user, on a root file
# system that cannot be written, with a volume at /data and a /tmp.
#
# Arguments: JDK, an image with a JDK 25 (and, for SOURCE=maven, a package manager for Maven); BASE, the Debian it runs on;
# SOURCE, "maven" to build the jar in the image, or "prebuilt" to take the one in proxy-core/target. Buildah 1.28 does not take
# the default of SOURCE for a stage's name: there, say --build-arg SOURCE=maven.
ARG JDK=eclipse-temurin:25-jdk
ARG BASE=debian:trixie-slim
ARG SOURCE=maven

FROM ${JDK} AS maven
RUN apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mvn -q -B -ntp -DskipTests -pl proxy-core -am package

FROM ${JDK} AS prebuilt
WORKDIR /src
COPY . .

FROM ${SOURCE} AS package
RUN bin/package && mv target/chroma-proxy-*/ /package

FROM ${BASE}
COPY --from=package /package /opt/chroma-proxy
# What the JVM of this very image learns of a start (docs/jvm.md): the file must fit the jar and the Java beside it. As the
# image's user, for PostgreSQL refuses to be started by root; the folder belongs to root again before the image is made.
RUN echo 'chroma-proxy:x:10001:10001::/data:/usr/sbin/nologin' >>/etc/passwd \
    && echo 'chroma-proxy:x:10001:' >>/etc/group \
    && mkdir /data && chown 10001:10001 /data /opt/chroma-proxy && chmod 700 /data \
    && cd /tmp && as='setpriv --reuid=10001 --regid=10001 --clear-groups env HOME=/tmp' \
    && { $as /opt/chroma-proxy/bin/chroma-proxy train || { cat /opt/chroma-proxy/*.log; exit 1; }; } \
    && chown -R 0:0 /opt/chroma-proxy && rm -rf /tmp/* /tmp/.build /opt/chroma-proxy/*.log
USER 10001:10001
# Only used without a DATABASE_URL: the embedded PostgreSQL unpacks itself and keeps its data here. Then mount a volume.
ENV DATA_DIR=/data HOME=/data
WORKDIR /data
VOLUME /data
EXPOSE 8000
# Alive is enough: one that stands by, or has no server to send to, is not mended by starting it again.
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s CMD ["/opt/chroma-proxy/bin/chroma-proxy", "health", "--alive"]
# The launcher becomes the JVM, so signals reach it; it needs up to 20 s to finish what is under way.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/chroma-proxy/bin/chroma-proxy"]
CMD ["serve"]
