# Builds the jar with Maven and puts it on a small runtime that runs as nobody in particular. The root file system may be
# read-only (`docker run --read-only --tmpfs /tmp:exec`): only /tmp, the state and the dumps are written to.
#
# Both images are named by their complete version. docs/security.md has the commands that pin them by digest, too.
FROM maven:3.9.11-eclipse-temurin-25 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml .
COPY src src
RUN mvn -q -B package -DskipTests -Dspotless.check.skip

FROM eclipse-temurin:25.0.3_9-jre
# libdeflate makes gzip nearly twice as fast; curl asks for the health.
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends libdeflate0 curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home spillway \
    && mkdir -p /srv/dumps /var/lib/spillway \
    && chown spillway /srv/dumps /var/lib/spillway \
    && chmod 700 /var/lib/spillway
COPY --from=build /build/target/spillway.jar /opt/spillway/spillway.jar
# The classes of a command, as this JVM keeps them: commands start faster (docs/operations.md). Nothing listens on the port.
RUN printf 'dataset: none\nsource: {elasticsearch: "http://127.0.0.1:9", index: none}\ndestinations: [{directory: /tmp}]\n' >/tmp/none.yaml; \
    java -XX:ArchiveClassesAtExit=/opt/spillway/classes.jsa -Xlog:disable -jar /opt/spillway/spillway.jar check /tmp/none.yaml; \
    rm /tmp/none.yaml
USER 10001
VOLUME ["/srv/dumps", "/var/lib/spillway"]
# A folder that only this user may write to: in /tmp, others could choose what stands under a relative name.
WORKDIR /var/lib/spillway
# An export needs 256 MiB of heap whatever the index; the rest of the container's memory is the page cache's.
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -XX:SharedArchiveFile=/opt/spillway/classes.jsa -Xlog:disable -Xlog:all=warning:stderr"
EXPOSE 9482
# Of the daemon alone; a command is healthy as long as it runs.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD grep -qz '^daemon$' /proc/1/cmdline || exit 0; curl -fsS http://127.0.0.1:9482/health/live
ENTRYPOINT ["java", "-jar", "/opt/spillway/spillway.jar"]
CMD ["--help"]
