import { closeSync, openSync, writeSync } from 'node:fs';
import { type Entry, headerParts, textEntry } from '../gguf-writer.ts';
import { type Fill, RandomNumbers, randomWeights, type Storage, storage } from './weights.ts';

export interface RecipeTensor {
  name: string;
  dimensions: number[];
  type: Storage;
  fill: Fill;
}

/** All that a model file says, but for the numbers. */
export interface Recipe {
  architecture: string;
  entries: Entry[];
  tensors: RecipeTensor[];
}

/** Scales, which start as ones: near one, so that no two features are the same. */
export const scales = (name: string, width: number): RecipeTensor => ({
  name: `${name}.weight`,
  dimensions: [width],
  type: 'f32',
  fill: { from: 0.8, to: 1.2 },
});

export const numbers = (name: string, dimensions: number[], fill: Fill): RecipeTensor => ({
  name,
  dimensions,
  type: 'f32',
  fill,
});

/** A matrix from `inputs` to `outputs` features that keeps the size of what passes through. */
export const matrix = (
  name: string,
  inputs: number,
  outputs: number,
  type: Storage,
): RecipeTensor => ({
  name: `${name}.weight`,
  dimensions: [inputs, outputs],
  type,
  fill: { deviation: 1 / Math.sqrt(inputs) },
});

const alignment = 32;
const pad = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
const countOf = (tensor: RecipeTensor): number =>
  tensor.dimensions.reduce((all, each) => all * each, 1);
const bytesOf = (tensor: RecipeTensor): number =>
  (countOf(tensor) / 32) * storage[tensor.type].bytesOf32;

/**
 * Writes the model with random weights; the same recipe and seed give the same bytes. Tensors are made one by
 * one, so memory holds the largest only.
 */
export function writeRandomModel(path: string, recipe: Recipe, seed = 1): void {
  let offset = 0;
  const tensors = recipe.tensors.map((tensor) => {
    const placed = {
      name: tensor.name,
      dimensions: tensor.dimensions,
      type: storage[tensor.type].id,
      offset,
    };
    offset += pad(bytesOf(tensor));
    return placed;
  });
  const entries = [
    textEntry('general.architecture', recipe.architecture),
    textEntry('general.name', `Random ${recipe.architecture}`),
    ...recipe.entries,
  ];
  const header = Buffer.concat(headerParts({ entries, tensors, dataBytes: 0 }));
  const random = new RandomNumbers(seed);
  const file = openSync(path, 'w');
  try {
    writePadded(file, header);
    for (const tensor of recipe.tensors) {
      writePadded(file, randomWeights(countOf(tensor), tensor.type, tensor.fill, random));
    }
  } finally {
    closeSync(file);
  }
}

function writePadded(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
  writeSync(file, Buffer.alloc(pad(bytes.length) - bytes.length));
}
