/** What set-up downloads, and the hashes that make it refuse anything else. */

/** The package that carries llama.cpp's source as a git bundle. */
export const LLAMA_PACKAGE = 'node-llama-cpp@3.22.1';

/** Subresource-integrity string of that package's archive, as the registry publishes it. */
export const LLAMA_PACKAGE_INTEGRITY =
  'sha512-bltIipuWmc123H7tMIgDGKSsSrhmhlQYeVUC48XTjVW7XGJJiJJyCdlTMzQ/LiWoPkGDpcL4FviDpgw7qfTiDw==';

/** Where the bundle lies inside the archive. */
export const LLAMA_BUNDLE_PATH = 'package/llama/gitRelease.bundle';

/** sha256 of the bundle: llama.cpp v0.5.0. */
export const LLAMA_BUNDLE_SHA256 =
  '5f5d1105d5df040738d87b8290e5d17e7362131cdcfdb0831618e0ea528b4a51';

/** Free disk that a first build needs, with room for one model. */
export const NEEDED_DISK_BYTES = 4_000_000_000;

/** The npm that installs from our lockfile; older ones cannot resolve Vite 8. */
export const NPM_MAJOR = 11;
