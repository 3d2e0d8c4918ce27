import { readFileSync, writeFileSync } from 'node:fs';
import type { Rectangle } from 'electron';
import * as z from 'zod';

const pixels = z.number().int().min(-100_000).max(100_000);
const windowState = z.object({
  x: pixels,
  y: pixels,
  width: pixels.min(320),
  height: pixels.min(320),
  isMaximized: z.boolean(),
});

/** Where the window was, in device-independent pixels. */
export type WindowState = z.infer<typeof windowState>;

export const firstSize = { width: 1100, height: 760 } as const;
/** How much of the window must be on a display for the person to find it, in each direction. */
const graspablePx = 64;

function overlapPx(startA: number, lengthA: number, startB: number, lengthB: number): number {
  return Math.min(startA + lengthA, startB + lengthB) - Math.max(startA, startB);
}

/** The state if enough of it is on one of the displays' work areas; else undefined: a display is gone. */
export function findable(
  state: WindowState | undefined,
  workAreas: readonly Rectangle[],
): WindowState | undefined {
  if (!state) return undefined;
  const isOn = (area: Rectangle): boolean =>
    overlapPx(state.x, state.width, area.x, area.width) >= graspablePx &&
    overlapPx(state.y, state.height, area.y, area.height) >= graspablePx &&
    state.y >= area.y;
  return workAreas.some(isOn) ? state : undefined;
}

/** The state kept at `path`; undefined when there is none of use. */
export function readWindowState(path: string): WindowState | undefined {
  try {
    return windowState.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Keeps it. A failure costs a window's place and nothing else, so it is passed over. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(path, JSON.stringify(state));
  } catch {
    // The next start opens the window in its first size.
  }
}
