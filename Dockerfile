# Build: docker build -t nepnha .   Run: see the end.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python3 -m venv /opt/nepnha
ENV PATH=/opt/nepnha/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY constraints.txt ./
RUN pip install --require-hashes -r constraints.txt
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY server ./server
RUN pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/nepnha --create-home nepnha
COPY --from=build /opt/nepnha /opt/nepnha
WORKDIR /srv/nepnha
COPY gunicorn.conf.py ./
COPY xlsforms ./xlsforms
# Uploads land in TMPDIR or in the incoming folder beside the media; nothing else is written.
ENV PATH=/opt/nepnha/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/var/lib/nepnha \
    NEPNHA_DATABASE_URL=sqlite:////var/lib/nepnha/nepnha.db \
    NEPNHA_MEDIA_URL=file:/var/lib/nepnha/media \
    NEPNHA_BIND=0.0.0.0:8000
USER 10001
VOLUME /var/lib/nepnha
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "server.wsgi:app"]
# Prepare once, and after every upgrade; then run server and jobs, with NEPNHA_PUBLIC_URL and NEPNHA_SECRET_KEY set:
#   docker run --rm   --read-only -v nepnha:/var/lib/nepnha --env-file nepnha.env nepnha nepnha setup xlsforms
#   docker run -d     --read-only -v nepnha:/var/lib/nepnha --env-file nepnha.env -p 127.0.0.1:8000:8000 nepnha
#   docker run -d     --read-only -v nepnha:/var/lib/nepnha --env-file nepnha.env --no-healthcheck nepnha nepnha jobs run
