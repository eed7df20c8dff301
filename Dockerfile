# Stage 1 builds the page and the wheels; stage 2 has neither compiler nor node, and runs as nobody in particular.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/service.txt requirements/service.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/service.txt
COPY . .
RUN /venv/bin/python -m bot.web.build \
 && /venv/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home carnet
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CARNET_HOST=0.0.0.0 \
    CARNET_DATABASE_URL=sqlite:////data/carnet.db
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 3978
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:3978/livez', timeout=4)"]
CMD ["carnet", "serve"]
