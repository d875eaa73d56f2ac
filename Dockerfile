# syntax=docker/dockerfile:1

FROM oven/bun:1.4.5 AS build
WORKDIR /build
# Packages first: this layer is built again only when the lock file changes.
COPY package.json bun.lock bunfig.toml ./
COPY sdk/package.json sdk/
RUN bun install --frozen-lockfile --production
COPY tsconfig.json ./
COPY .ci/build.ts .ci/
COPY src src
COPY plugins plugins
COPY sdk sdk
RUN bun run build

# libc, certificates and time zones; no shell, no package manager.
FROM gcr.io/distroless/base-debian12:nonroot
LABEL org.opencontainers.image.title="ISaaS Gateway" \
      org.opencontainers.image.description="An API gateway in one executable: typed services register themselves, clients call them through it" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /build/dist/gateway /gateway
# The image's nonroot user by number: an orchestrator that insists on "not root" cannot tell from a name.
USER 65532:65532
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["/gateway", "health"]
ENTRYPOINT ["/gateway"]
