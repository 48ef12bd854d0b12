# What the console consists of, without the sandbox and the demo.
FROM python:3.13-slim AS source
COPY . /source
RUN rm -r /source/sandbox /source/examples /source/console/management/commands/demo.py

FROM python:3.13-slim AS production

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data

RUN useradd --system --no-create-home --shell /usr/sbin/nologin console \
    && install -d -o console -g console /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --require-hashes -r requirements.txt

COPY --from=source /source .
# esbuild bundles the desk's scripts into one file. The settings refuse to load without values. Neither stays in the image.
RUN python bin/compile-messages \
    && apt-get update -qq && apt-get install -qq -y --no-install-recommends esbuild \
    && DATABASE_URL=postgresql:///none REDIS_URL=redis://none PUBLIC_URL=http://localhost \
    SECRET_KEY=none WEBHOOK_VERIFY_TOKEN=none FACEBOOK_APP_SECRET=none \
    TOKEN_ENCRYPTION_KEYS=example-only-key-not-for-production-0000000= \
    python manage.py collectstatic --no-input \
    && apt-get purge -qq -y esbuild && rm -rf /var/lib/apt/lists/*

USER console
VOLUME /data
EXPOSE 8000
CMD ["python", "bin/run.py", "web", "--host", "0.0.0.0", "--port", "8000"]

# The same with what a trial needs besides: docker-compose.yml.
FROM production AS trial
COPY sandbox sandbox
COPY examples examples
COPY console/management/commands/demo.py console/management/commands/
