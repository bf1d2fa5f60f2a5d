# syntax=docker/dockerfile:1
# One image for every role: ROLES says what a container does. It brings no PostgreSQL: set DATABASE_URL.
ARG NODE=22-bookworm-slim

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No install script is needed to build (they fetch or compile what tests and the embedded PostgreSQL use).
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# The optional packages are the programs of the embedded PostgreSQL, which DATABASE_URL makes needless here.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --omit=optional --ignore-scripts && mkdir /data

FROM node:${NODE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY templates ./templates
COPY built-in ./built-in
COPY demo ./demo
# A named volume takes the owner of the directory it is first mounted on.
COPY --from=dependencies --chown=node:node /data /data
VOLUME /data
USER node
EXPOSE 3000
# Liveness only: a container that waits for its database must not be restarted for it. Readiness is /health/ready.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself, not npm: it is what docker stop tells to drain.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=8", "--max-old-space-size=512", "dist/main.js"]
