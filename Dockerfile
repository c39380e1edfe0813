# One file for every service: docker build --build-arg SERVICE=ingest-service .
# The machine that builds needs nothing but Docker; the image that runs holds no build tool and runs as a normal user.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY contract/package.json contract/
COPY test-servers/package.json test-servers/
COPY edge-gateway/package.json edge-gateway/
COPY ingest-service/package.json ingest-service/
COPY reorder-service/package.json reorder-service/
COPY console/package.json console/
COPY device-sim/package.json device-sim/
COPY standalone/package.json standalone/
COPY grafana/package.json grafana/
COPY bench/package.json bench/
COPY system-tests/package.json system-tests/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
ARG SERVICE
WORKDIR /app
COPY --from=build /build/package.json /build/package-lock.json /build/.npmrc ./
COPY --from=build /build/contract/package.json contract/
COPY --from=build /build/${SERVICE}/package.json ${SERVICE}/
RUN npm ci --omit=dev --no-audit --no-fund --workspace contract --workspace ${SERVICE}

FROM node:24-bookworm-slim
ARG SERVICE
ENV NODE_ENV=production SERVICE=${SERVICE}
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=build /build/contract/dist contract/dist
COPY --from=build /build/contract/openapi.json contract/openapi.json
COPY --from=build /build/${SERVICE}/dist ${SERVICE}/dist
COPY --from=build /build/console/dist console/dist
RUN mkdir -p /data && chown node:node /data
USER node
VOLUME /data
# exec: the service itself gets SIGTERM, drains and exits 0.
CMD ["sh", "-c", "exec node ${SERVICE}/dist/main.js"]
