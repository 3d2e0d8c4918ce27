import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface ProgramEnd {
  /** Null where a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  output: string;
  errors: string;
}

/**
 * Runs a program of the build's target `native-tests`, in the folder that PARLEY_NATIVE_TESTS names.
 * @throws Error where that is not set or the program is not there
 */
export function runTestProgram(name: string, args: string[]): Promise<ProgramEnd> {
  const folder = process.env['PARLEY_NATIVE_TESTS'];
  if (!folder)
    throw new Error('PARLEY_NATIVE_TESTS must name the folder of the built test programs');
  const path = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  return new Promise((resolve, reject) => {
    const child = execFile(path, args, (error, output, errors) => {
      if (error && typeof error.code === 'string') reject(error);
      else resolve({ exitCode: child.exitCode, signal: child.signalCode, output, errors });
    });
  });
}
