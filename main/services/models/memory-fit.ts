import type { CatalogEntry, MemoryFit } from '../../../contract/models/models.ts';

const gb = 1e9;
/** A conversation of some pages: what the fit is judged with; the engine takes less when it must. */
const workingContextTokens = 8192;
const appBytes = 0.35 * gb;

/** Attention state per token in 16 bit, measured on the families of the catalogue. */
function stateBytesPerToken(parameterCount: number): number {
  if (parameterCount <= 2.5e9) return 12_000;
  if (parameterCount <= 10e9) return 32_000;
  return 64_000;
}

/** Scratch memory of the computation: 0.3 GB for the smallest, 0.8 GB from 20 billion parameters on. */
function computeBytes(parameterCount: number): number {
  const share = Math.min(parameterCount / 20e9, 1);
  return (0.3 + 0.5 * share) * gb;
}

/** What the system and the person's other programs want: in comfort, and with nothing else open. */
function systemBytes(installedBytes: number): { comfort: number; least: number } {
  return {
    comfort: Math.min(3.5 * gb, installedBytes * 0.5),
    least: Math.min(2.5 * gb, installedBytes * 0.3125),
  };
}

/** Memory the model and the app want while they answer, in bytes, without the system's share. */
export function neededMemoryBytes(entry: CatalogEntry): number {
  const weights = entry.model.fileBytes + (entry.projector?.fileBytes ?? 0);
  const state = workingContextTokens * stateBytesPerToken(entry.parameterCount);
  return weights + state + computeBytes(entry.parameterCount) + appBytes;
}

/**
 * Whether a computer with `installedBytes` of memory runs the model beside everyday programs (`fits`),
 * with little else open (`tight`), or not (`too-big`).
 */
export function memoryFit(entry: CatalogEntry, installedBytes: number): MemoryFit {
  const needed = neededMemoryBytes(entry);
  const system = systemBytes(installedBytes);
  if (needed + system.comfort <= installedBytes) return 'fits';
  if (needed + system.least <= installedBytes) return 'tight';
  return 'too-big';
}
