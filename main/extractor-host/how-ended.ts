import { AppError } from '../../contract/errors/app-error.ts';
import { extractorExitCode } from '../../contract/extractor-contract.ts';
import type { ExtractorLimits } from './limits.ts';

/** How a process is known to have ended. */
export interface ExtractorEnd {
  readonly why: 'asked' | 'too-slow' | 'too-heavy' | 'unavailable' | 'crashed';
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Of stderr. */
  readonly lastLine: string;
}

/** What V8 and the C++ library write before they abort for want of memory. */
const heavyWords = /out of memory|allocation failed|bad_alloc/i;
/** SIGXCPU, as Electron reports it on Linux: the wait status, with or without its core bit. */
const cpuLimitStatuses = [24, 24 + 128];

/** Why a process that nobody ended is gone, by its exit code, its signal and its last lines. */
export function whyEnded(
  exitCode: number | null,
  signal: string | null,
  lines: readonly string[],
): ExtractorEnd['why'] {
  if (exitCode === extractorExitCode.tooHeavy) return 'too-heavy';
  if (exitCode === extractorExitCode.tooSlow || signal === 'SIGXCPU') return 'too-slow';
  if (exitCode === extractorExitCode.unavailable) return 'unavailable';
  if (exitCode === 0) return 'crashed';
  if (lines.some((line) => heavyWords.test(line))) return 'too-heavy';
  const isCpuLimit = exitCode !== null && cpuLimitStatuses.includes(exitCode);
  return isCpuLimit ? 'too-slow' : 'crashed';
}

/** The end of a process as the error of whatever was asked of it. */
export function endAsError(end: ExtractorEnd, name: string, limits: ExtractorLimits): AppError {
  switch (end.why) {
    case 'asked':
      return new AppError('cancelled', {});
    case 'too-slow':
      return new AppError('document.too-slow', { name, limitMs: limits.cpuSeconds * 1000 });
    case 'too-heavy':
      return new AppError('document.too-heavy', { name, limitBytes: limits.dataBytes });
    case 'unavailable':
      return new AppError('extractor.unavailable', { reason: end.lastLine });
    case 'crashed':
      return new AppError('extractor.crashed', {
        name,
        exitCode: end.exitCode,
        signal: end.signal,
      });
  }
}
