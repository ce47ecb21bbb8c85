# One image for the app and for what runs once beside it (migrations, imports).

# The packages change seldom, the code often: a rebuild copies the code only.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY db db
COPY app app
USER node
CMD ["node", "app/server.ts"]
