# Build: make image     Run: deploy/compose, deploy/kubernetes
# Another base with Python 3.11 or newer as python3: --build-arg BASE=…
ARG BASE=docker.io/library/python:3.11.14-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# The build back end, hash-locked like everything else, in a place that the image leaves behind.
COPY requirements-build.lock requirements-run.lock ./
RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements-build.lock \
    && python3 -m venv /opt/coalition-watch \
    && /opt/coalition-watch/bin/pip install --require-hashes -r requirements-run.lock
COPY pyproject.toml README.md ./
COPY worker worker
COPY seeds seeds
# The bill of materials lists what was installed; after it pip goes, which nothing needs any more.
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
    && /opt/coalition-watch/bin/pip install --no-deps --no-index /wheel/*.whl \
    && /opt/build/bin/cyclonedx-py environment --output-reproducible --of JSON \
        -o /opt/coalition-watch/sbom.cdx.json /opt/coalition-watch/bin/python3 \
    && /opt/coalition-watch/bin/pip uninstall --yes pip setuptools \
    && find /opt/coalition-watch -depth -type d \
        \( -name tests -o -name test \) -path '*/site-packages/*' -exec rm -rf '{}' + \
    && /opt/build/bin/python -m compileall -q /opt/coalition-watch/lib

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Coalition Watch" \
      org.opencontainers.image.description="Tells when a state changes what it will do for Ukraine's security." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN useradd --system --uid 10001 --user-group --no-create-home coalition-watch \
    && install -d -o coalition-watch -g coalition-watch /var/lib/coalition-watch
COPY --from=build /opt/coalition-watch /opt/coalition-watch
COPY config /etc/coalition-watch
# The root may be read-only: the database's folder and /tmp are all that is written to.
ENV PATH=/opt/coalition-watch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    COALITION_WATCH_CONFIG=/etc/coalition-watch \
    COALITION_WATCH_LOG__FORMAT=json \
    COALITION_WATCH_WEB__HOST=0.0.0.0 \
    DATABASE_URL=sqlite:////var/lib/coalition-watch/coalition-watch.db
USER 10001:10001
WORKDIR /var/lib/coalition-watch
VOLUME /var/lib/coalition-watch
EXPOSE 8420
# SIGTERM lets what has begun be finished (25 s at most): give it 30 before you kill.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2m --timeout=20s --start-period=5m --retries=3 \
    CMD ["coalition-watch", "health"]
ENTRYPOINT ["coalition-watch"]
CMD ["run"]
