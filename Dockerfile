# Build: docker build -t coalition-watch .    Run: deploy/compose.yaml
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/coalition-watch
ENV PATH=/opt/coalition-watch/bin:$PATH
WORKDIR /src
# The build back end, hash-locked like everything else, in a place that the image leaves behind.
COPY requirements.lock requirements-run.lock ./
RUN python -m venv /opt/build && /opt/build/bin/pip install --require-hashes -r requirements.lock
RUN pip install --require-hashes -r requirements-run.lock
COPY pyproject.toml README.md ./
COPY worker worker
COPY seeds seeds
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheel . \
    && pip install --no-deps --no-index /wheel/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home coalition-watch \
    && install -d -o coalition-watch -g coalition-watch /var/lib/coalition-watch
COPY --from=build /opt/coalition-watch /opt/coalition-watch
COPY config /etc/coalition-watch
# The root may be read-only: the database's folder and /tmp are all that is written to.
ENV PATH=/opt/coalition-watch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    COALITION_WATCH_CONFIG=/etc/coalition-watch \
    DATABASE_URL=sqlite:////var/lib/coalition-watch/coalition-watch.db
USER 10001:10001
WORKDIR /var/lib/coalition-watch
VOLUME /var/lib/coalition-watch
# SIGTERM lets what has begun be finished (25 s at most): give it 30 before you kill.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2m --timeout=20s --start-period=5m --retries=3 \
    CMD ["coalition-watch", "health"]
ENTRYPOINT ["coalition-watch"]
CMD ["run"]
