# One file for every service: docker build --build-arg SERVICE=ingest-service .
# The machine that builds needs nothing but Docker; the image that runs holds no build tool and runs as a normal user.
# Pin the base by digest where you build for production: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim

# What npm ci needs and nothing else, so that a changed source line does not install everything again.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /source
COPY . .
RUN mkdir /manifests && cp --parents package.json package-lock.json .npmrc */package.json /manifests/

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY --from=manifests /manifests ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM ${NODE_IMAGE} AS dependencies
ARG SERVICE
WORKDIR /app
COPY --from=build /build/package.json /build/package-lock.json /build/.npmrc ./
COPY --from=build /build/contract/package.json contract/
COPY --from=build /build/${SERVICE}/package.json ${SERVICE}/
RUN npm ci --omit=dev --no-audit --no-fund --workspace contract --workspace ${SERVICE}

FROM ${NODE_IMAGE}
ARG SERVICE
ENV NODE_ENV=production SERVICE=${SERVICE}
WORKDIR /app
COPY --from=dependencies /app ./
COPY --from=build /build/contract/dist contract/dist
COPY --from=build /build/contract/openapi.json contract/openapi.json
COPY --from=build /build/${SERVICE}/dist ${SERVICE}/dist
COPY --from=build /build/console/dist console/dist
COPY deploy/healthcheck.mjs ./
# Volumes that are mounted here for the first time get this owner.
RUN mkdir -p /data /access && chown node:node /data /access
USER node
VOLUME /data
# exec: the service itself gets SIGTERM, drains and exits 0.
CMD ["sh", "-c", "exec node ${SERVICE}/dist/main.js"]
