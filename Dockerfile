# One host of the stand-alone runtime: upload, calls and state on ports 8002 and 8080. `docker build -t faasm .`
FROM node:24-bookworm-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/faasm
COPY package.json package-lock.json .npmrc ./
# The image has Node 24: neither the packages that bring it nor the tools for development are wanted.
RUN npm ci --omit=dev --omit=optional --ignore-scripts
COPY . .
RUN node scripts/build-native.ts

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /opt/faasm
COPY --from=build /opt/faasm /opt/faasm
RUN mkdir -p /var/lib/faasm && chown node:node /var/lib/faasm
USER node
VOLUME /var/lib/faasm
ENV FAASM_STORE_DIR=/var/lib/faasm FAASM_BIND_HOST=0.0.0.0 FAASM_LOG_FORMAT=json
EXPOSE 8080 8002
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Beyond loopback a host wants FAASM_ADMIN_TOKEN, and says so.
ENTRYPOINT ["node", "bin/faasm.js"]
CMD ["up"]
