# One image for the app and for what runs once beside it (migrations, imports).

# The packages change seldom, the code often: a rebuild copies the code only.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM node:24-slim
# Nothing is installed in a container.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/yarn* /usr/local/bin/corepack
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
# Readable for every user, also from a checkout made with umask 077.
COPY --chmod=755 package.json ./
COPY --chmod=755 db db
COPY --chmod=755 app app
# What node makes of a file is kept: the processes start faster, and without the 20 MiB that removing the types takes and
# never gives back.
ENV NODE_COMPILE_CACHE=/app/.cache
# An import lists rejected lines in a volume, which takes its owner from here.
RUN install --directory --owner=node .cache rejects
USER node
# Each program once: without its settings it loads all its files, and ends with a sentence that names one.
RUN db/import/main.ts --help >/dev/null && \
    node db/prepare.ts 2>&1 | grep -F 'PGUSER is missing' && \
    node app/server.ts 2>&1 | grep -F 'PGPASSWORD is missing'
# Memory is tidied up by the one thread that the host has a core for: threads that take turns on it wait for each other.
CMD ["node", "--single-threaded-gc", "app/server.ts"]
