# The image of the agent, and /opt/tollgate for `COPY --from`. Any bases may be given, `scratch` among them:
#   docker build --build-arg BASE=... --build-arg BUILD_BASE=... .     (scripts/image.sh adds what the labels say)
# /opt/tollgate brings its own Node, so that the base of the image needs none.
ARG BUILD_BASE=node:24-bookworm-slim
ARG BASE=gcr.io/distroless/static-debian13:nonroot

FROM ${BUILD_BASE} AS build
# A base that has them needs no package server. Their versions are those of the Debian release in the base's name.
# hadolint ignore=DL3008
RUN { command -v cc && command -v strip && command -v patchelf && command -v tini-static; } \
  || { apt-get update && apt-get install -y --no-install-recommends binutils gcc libc6-dev patchelf tini \
    && rm -rf /var/lib/apt/lists/*; }
WORKDIR /src
COPY .npmrc package.json package-lock.json ./
# Of what developers need only the bundler, in the version and with the checksum of the lock file.
RUN npm pkg set --json devDependencies="{\"esbuild\":$(npm pkg get devDependencies.esbuild)}" \
  && npm install --ignore-scripts
COPY LICENSE ./
COPY scripts scripts
COPY src src
RUN node scripts/opt.ts /opt/tollgate \
  && install -d -o 65532 -g 0 /opt/tollgate/cache \
  && install -d -o 65532 -g 0 -m 0770 /state/tollgate \
  && install -d /nothing
# Node's compile cache is good for one user alone: the one that the image runs as.
USER 65532:0
RUN node scripts/opt/warm.ts && chmod -R a+rX /opt/tollgate/cache

FROM ${BASE}
ARG BASE
ARG VERSION=0.1.0
ARG REVISION
ARG CREATED
ARG SOURCE
LABEL org.opencontainers.image.title="tollgate" \
  org.opencontainers.image.description="The gate and the toll of a paid container on AWS Marketplace" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.vendor="Tollgate" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.created="${CREATED}" \
  org.opencontainers.image.source="${SOURCE}" \
  org.opencontainers.image.base.name="${BASE}"
COPY --from=build --chown=0:0 /opt/tollgate /opt/tollgate
# In the image with its owner, so that a volume mounted there has it too; group 0 for users that a cluster hands out.
# The folder above it stays root's where the base has none.
COPY --from=build --chown=0:0 /nothing /var/lib/
COPY --from=build --chown=65532:0 /state/ /var/lib/
VOLUME /var/lib/tollgate
# With an init of the container's own in front (`docker run --init`, initProcessEnabled) tini reaps below it.
ENV TINI_SUBREAPER=1
USER 65532:65532
EXPOSE 8788
# "starting" for as long as the gate waits by default (gate.patience), healthy once the product may run, and ever after.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30m --retries=10 \
  CMD ["/opt/tollgate/bin/tollgate", "gate", "check"]
ENTRYPOINT ["/opt/tollgate/bin/tini", "--", "/opt/tollgate/bin/tollgate"]
CMD ["run"]
