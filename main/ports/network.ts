/** Why a byte leaves or enters this computer. Anything not listed is refused. */
export type NetworkPurpose = 'model-download';

export interface NetworkRequest {
  purpose: NetworkPurpose;
  url: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

export interface NetworkResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Bytes as they came: no content encoding is ever undone. */
  body: AsyncIterable<Uint8Array>;
}

export interface PackageRequest {
  purpose: NetworkPurpose;
  package: string;
  version: string;
  /** An empty folder for the wheel and pip's temporary files. */
  folder: string;
  signal: AbortSignal;
}

/**
 * The one door to the network. Only https (and loopback http where a test opened it); redirects are
 * followed up to five times and each hop is checked again; every use is logged with purpose and host.
 */
export interface Network {
  /** @throws AppError `network.denied`, `download.unreachable` */
  fetch(request: NetworkRequest): Promise<NetworkResponse>;
  /**
   * Fetches one wheel by pip, without its dependencies and without running anything of it.
   * Returns the wheel's path. An abort ends pip.
   * @throws AppError `network.denied`, `download.tool-missing`, `download.tool-failed`
   */
  fetchPackage(request: PackageRequest): Promise<string>;
}
