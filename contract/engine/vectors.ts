import * as z from 'zod';
import { call } from '../rpc/declare.ts';
import { floats } from './embeddings.ts';
import { filePath } from './models.ts';

/** A mebibyte: one bit for each of eight million rows. */
const mostFilterBytes = 2 ** 20;
/** Vectors that one message may carry: 64 MiB. */
const mostFloats = 2 ** 24;

/**
 * One file of vectors. The first request that names it opens it, and makes it where it is missing; it stays
 * open. So after a death of the engine's process nobody has to open anything again.
 */
export const vectorIndex = z.object({
  path: filePath,
  /** Floats in one vector. */
  dimensions: z.number().int().min(1).max(8192),
});
export type VectorIndexRef = z.infer<typeof vectorIndex>;

const rowCount = z.number().int().nonnegative();

const openErrors = ['vectors.broken', 'vectors.in-use', 'vectors.failed', 'storage.full'] as const;

/**
 * Exact search over vectors kept in files of int8, which are mapped, not read into memory. Rows have numbers
 * from 0 in the order in which they were added; none is ever deleted or changed: what a row stands for, and
 * whether it still counts, is known to the caller alone, who leaves rows out by `filter`. A file is rebuilt by
 * closing it, removing it and appending again.
 */
export const vectorMembers = {
  /** Opens the file, as every other request does, and says how many rows exist: 0 up to `rowCount`. */
  open: call({ input: vectorIndex, output: z.object({ rowCount }), errors: openErrors }),
  /**
   * Adds whole vectors, one after another. They lie on the disk when it replies; a failed append adds none.
   * Two appends at the same time never interleave.
   */
  append: call({
    input: vectorIndex
      .extend({
        vectors: floats.refine(({ length }) => length <= mostFloats, 'too many at once'),
      })
      .refine(
        ({ vectors, dimensions }) => vectors.length % dimensions === 0,
        'must be whole vectors',
      ),
    output: z.object({ firstRow: rowCount, rowCount }),
    errors: [...openErrors, 'vectors.not-finite'],
  }),
  /**
   * The rows closest to `query`, the closest first; of equally close ones the lower row. Scores are about the
   * cosine: for the true order scan for four times as many as wanted and sort those by their float vectors.
   */
  scan: call({
    input: vectorIndex
      .extend({
        query: floats,
        /** At most this many hits. */
        count: z.number().int().min(1).max(100_000),
        /**
         * Looks only at rows whose bit is set: bit `row % 8` of byte `row / 8`, the lowest first. Rows beyond
         * its end are left out. Absent: all rows.
         */
        filter: z
          .custom<Uint8Array>((value) => value instanceof Uint8Array)
          .refine(({ length }) => length <= mostFilterBytes, 'too long')
          .exactOptional(),
      })
      .refine(({ query, dimensions }) => query.length === dimensions, 'must be one vector'),
    output: z.object({
      rows: z.custom<Uint32Array>((value) => value instanceof Uint32Array),
      /** In [-1, 1]; 0 where one of the two vectors is all zeros. */
      scores: floats,
    }),
    errors: [...openErrors, 'vectors.not-finite'],
  }),
  /** Closes the file once what was begun has ended; nothing happens where it is not open. */
  close: call({ input: z.object({ path: filePath }), output: z.object({}) }),
} as const;
