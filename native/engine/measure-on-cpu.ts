import { AppError } from '../../contract/errors/app-error.ts';
import type { MeasuredSpeed } from '../addon/index.d.ts';
import { type MeasureSize, untilAborted } from './calibrator.ts';
import { reserveBytes } from './choose-context.ts';
import type { EngineServiceOptions } from './engine-service-options.ts';

/** Contexts come in such steps. */
const stepTokens = 256;

/**
 * How fast a model is on the CPU, found out with an engine of its own beside the one that holds it on the GPU.
 * Undefined where memory for both is short, or it cannot be loaded. Rejects as cancelled on `signal`.
 */
export async function measureOnCpu(
  service: EngineServiceOptions,
  path: string,
  how: { size: MeasureSize; signal: AbortSignal },
): Promise<MeasuredSpeed | undefined> {
  const { addon } = service;
  const { size, signal } = how;
  const neededTokens = size.promptTokens + size.answerTokens + 1;
  const contextTokens = Math.max(512, Math.ceil(neededTokens / stepTokens) * stepTokens);
  const { batchTokens } = size;
  const request = { path, projectorPath: null, contextTokens, batchTokens, gpuLayers: 0 };
  const { modelBytes, contextBytes, computeBytes } = await addon.estimateMemory(request);
  const freeBytes = await service.freeMemoryBytes();
  const availableBytes = freeBytes - reserveBytes(service.installedMemoryBytes);
  if (modelBytes + contextBytes + computeBytes > availableBytes) return undefined;
  signal.throwIfAborted();
  const engine = new addon.Engine({ threads: size.threads });
  try {
    await untilAborted(
      engine.load(request, () => {}),
      signal,
    );
    return await untilAborted(engine.measure(size), signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    return undefined;
  } finally {
    await engine.dispose();
  }
}
