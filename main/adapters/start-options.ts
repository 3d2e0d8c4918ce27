import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the program was started with. Paths are absolute. */
export interface StartOptions {
  modelPath: string | null;
  projectorPath: string | null;
  /** Serve without opening a window. */
  isHeadless: boolean;
  /** Where to write the launch address, for tests. */
  urlFile: string | null;
  /** [0, 2]; null leaves the usual one. */
  temperature: number | null;
  dataFolder: string | null;
}

const known = {
  model: { type: 'string' },
  mmproj: { type: 'string' },
  headless: { type: 'boolean' },
  'port-file': { type: 'string' },
  temperature: { type: 'string' },
  'data-dir': { type: 'string' },
} as const;

/** Leaves out what is not ours: Electron's argument list holds Chromium's switches too. */
function onlyKnown(args: readonly string[]): string[] {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, options: known });
  return tokens.flatMap((token) =>
    token.kind === 'option' && token.name in known && token.value !== ''
      ? [token.value === undefined ? `--${token.name}` : `--${token.name}=${token.value}`]
      : [],
  );
}

/**
 * Reads the program's arguments. `unknown` says what becomes of those that are not ours.
 * @throws Error naming the argument that cannot be understood
 */
export function startOptions(
  args: readonly string[],
  workingFolder: string,
  { unknown }: { unknown: 'refuse' | 'pass-over' } = { unknown: 'refuse' },
): StartOptions {
  const { values } = parseArgs({
    args: unknown === 'refuse' ? [...args] : onlyKnown(args),
    strict: true,
    allowPositionals: false,
    options: known,
  });
  const pathOf = (text: string | undefined): string | null =>
    text === undefined ? null : resolve(workingFolder, text);
  const temperature = values.temperature === undefined ? null : Number(values.temperature);
  if (temperature !== null && !(temperature >= 0 && temperature <= 2)) {
    throw new Error('--temperature takes a number from 0 to 2');
  }
  if (values.mmproj !== undefined && values.model === undefined) {
    throw new Error('--mmproj goes with --model');
  }
  return {
    modelPath: pathOf(values.model),
    projectorPath: pathOf(values.mmproj),
    isHeadless: values.headless ?? false,
    urlFile: pathOf(values['port-file']),
    temperature,
    dataFolder: pathOf(values['data-dir']),
  };
}
