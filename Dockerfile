# Builds the jar with Maven and puts it on a small runtime that runs as nobody in particular.
FROM maven:3-eclipse-temurin-21 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml .
COPY src src
RUN mvn -q -B package -DskipTests

FROM eclipse-temurin:21-jre
RUN useradd --system --uid 10001 --no-create-home spillway && mkdir /srv/dumps && chown spillway /srv/dumps
COPY --from=build /build/target/spillway.jar /opt/spillway/spillway.jar
USER 10001
VOLUME /srv/dumps
WORKDIR /tmp
# An export needs 256 MiB of heap whatever the index; the rest of the container's memory is the page cache's.
ENV JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError"
ENTRYPOINT ["java", "-jar", "/opt/spillway/spillway.jar"]
CMD ["--help"]
