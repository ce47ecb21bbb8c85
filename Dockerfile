# One image for the app, and for migrations and imports.

# Packages in a stage of their own: they change seldom, so most rebuilds only copy the code.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM node:24-slim
# No package manager: nothing is installed in a container.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/yarn* /usr/local/bin/corepack
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
# Readable for every user, even from a checkout made with umask 077.
COPY --chmod=755 package.json ./
COPY --chmod=755 db db
COPY --chmod=755 app app
# Node's compile cache: processes start faster, and without the 20 MiB that type stripping takes and never gives back.
ENV NODE_COMPILE_CACHE=/app/.cache
# An import lists rejected lines in a volume, which gets its owner from this folder.
RUN install --directory --owner=node .cache rejects
USER node
# Fills the compile cache: each program loads all its files, and stops with a sentence that names a missing setting.
RUN db/import/main.ts --help >/dev/null && \
    node db/prepare.ts 2>&1 | grep -F 'PGUSER is missing' && \
    node app/server.ts 2>&1 | grep -F 'PGPASSWORD is missing'
# One thread collects garbage, because the host has one core: threads that share it wait for each other.
CMD ["node", "--single-threaded-gc", "app/server.ts"]
