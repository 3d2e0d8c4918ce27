/** The environment of Microsoft's compiler, which is not on the path of an ordinary Windows shell. */
import { existsSync } from 'node:fs';
import { win32 } from 'node:path';
import { findOnPath, run } from './run.mjs';
import { SetupError } from './say.mjs';

/**
 * `env`, with Visual C++ on its path on Windows; unchanged elsewhere or where `cl` is there already.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {Promise<NodeJS.ProcessEnv>}
 * @throws SetupError
 */
export async function compilerEnv(env = process.env, platform = process.platform) {
  if (platform !== 'win32' || findOnPath('cl', env, platform)) return env;
  const programs = env['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)';
  const vswhere = win32.join(programs, 'Microsoft Visual Studio', 'Installer', 'vswhere.exe');
  const asked = existsSync(vswhere)
    ? await run(vswhere, ['-latest', '-products', '*', '-property', 'installationPath'], { env })
    : { code: 1, output: '' };
  const batch = win32.join(asked.output.trim(), 'VC', 'Auxiliary', 'Build', 'vcvars64.bat');
  if (asked.code !== 0 || !existsSync(batch)) {
    throw new SetupError(
      'Missing on this machine: the Visual C++ compiler.',
      'winget install --id Microsoft.VisualStudio.2022.BuildTools -e --override "--add Microsoft.VisualStudio.Workload.VCTools --passive"',
    );
  }
  const printed = await run('cmd.exe', ['/d', '/c', 'call', batch, '>nul', '&&', 'set'], { env });
  return { ...env, ...parseSet(printed.output) };
}

/**
 * Reads what `set` prints.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseSet(text) {
  return Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}
