# The proxy in an image. Give it PRIMARY_URL, REPLICA_URL and DATABASE_URL. Written with care, but not built by this
# project's own checks yet: please report what does not work.

FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mvn -q -B -ntp -DskipTests -pl proxy-core -am package

FROM eclipse-temurin:25-jre
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin chroma-proxy \
    && install -d -o chroma-proxy -g chroma-proxy /data
WORKDIR /opt/chroma-proxy
COPY --from=build /src/proxy-core/target/chroma-proxy.jar ./
COPY bin/chroma-proxy ./bin/
COPY conf ./conf
# What the JVM of this very image learns of a start (docs/jvm.md); without it the proxy starts more slowly, that is all.
RUN cd /tmp && /opt/chroma-proxy/bin/chroma-proxy train && rm -rf /tmp/.build || true
USER chroma-proxy
# Only used without a DATABASE_URL: the embedded PostgreSQL unpacks itself and keeps its data here. Then mount a volume.
ENV DATA_DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The launcher becomes the JVM, so signals reach it; it needs up to 20 s to finish what is under way.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/chroma-proxy/bin/chroma-proxy"]
CMD ["serve"]
