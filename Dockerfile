# Two stages: the first has pip and all wheels, checked by hash; the second has only the installed program.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src
COPY requirements.lock ./
RUN pip download --quiet --only-binary=:all: --require-hashes --dest /wheels --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY tracker ./tracker
# From here on nothing is downloaded. Only the wheels needed at run time are installed, all of them in the lock.
RUN pip install --quiet --upgrade --no-index --find-links /wheels setuptools \
 && pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m venv --without-pip /opt/tracker \
 && pip --python /opt/tracker/bin/python install --quiet --no-index --find-links /wheels --compile 'tracker[mcp,otel,postgres]'

FROM python:${PYTHON}-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tracker \
 && install --directory --owner tracker --group tracker /app/state
COPY --from=build /opt/tracker /opt/tracker
WORKDIR /app
COPY sources.toml ./
ENV PATH=/opt/tracker/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TRACKER_CONFIG=/app/sources.toml TRACKER_STATE=/app/state
USER tracker
VOLUME /app/state
# Healthy means that no poll is overdue by 15 minutes. A failing source needs attention (tracker status), but
# no restart.
HEALTHCHECK --interval=2m --timeout=30s --start-period=2m --retries=3 CMD tracker status --json | python -c "\
import json, sys; from datetime import datetime, timedelta; \
found = json.load(sys.stdin); \
limit = datetime.fromisoformat(found['at']) - timedelta(minutes=15); \
sys.exit(any(run['next_run'] and datetime.fromisoformat(run['next_run']) < limit for run in found['schedules']))"
STOPSIGNAL SIGTERM
ENTRYPOINT ["tracker"]
CMD ["run"]
