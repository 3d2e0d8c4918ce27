/** The system's own tools that set-up, the app and the tests need: found, installed or asked for. */
import { existsSync } from 'node:fs';
import { isDebian, isRoot } from './platform.mjs';
import { findOnPath, run } from './run.mjs';
import { announce, note, SetupError } from './say.mjs';

/**
 * @typedef {object} Tool
 * @property {string} name for people
 * @property {readonly string[]} programs any of these on the path will do
 * @property {readonly string[]} [files] or any of these on disk
 * @property {'start' | 'test' | 'wish'} need who cannot do without it; a wish is only installed, never asked for
 * @property {Readonly<Record<'apt' | 'dnf' | 'brew' | 'winget', string>>} packages '' where it comes with another
 */

const CHROMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'msedge',
];
const CHROME_FILES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];
const FONT_FOLDER = '/usr/share/fonts';

/** @type {readonly Tool[]} */
export const TOOLS = [
  {
    name: 'git',
    programs: ['git'],
    need: 'start',
    packages: { apt: 'git', dnf: 'git', brew: 'git', winget: 'Git.Git' },
  },
  {
    name: 'a C++ compiler',
    programs: ['c++', 'g++', 'clang++', 'cl'],
    need: 'start',
    packages: {
      apt: 'g++',
      dnf: 'gcc-c++',
      brew: '',
      winget: 'Microsoft.VisualStudio.2022.BuildTools',
    },
  },
  {
    name: 'cmake',
    programs: ['cmake'],
    need: 'start',
    packages: { apt: 'cmake', dnf: 'cmake', brew: 'cmake', winget: 'Kitware.CMake' },
  },
  {
    name: 'ninja',
    programs: ['ninja', 'ninja-build'],
    need: 'start',
    packages: {
      apt: 'ninja-build',
      dnf: 'ninja-build',
      brew: 'ninja',
      winget: 'Ninja-build.Ninja',
    },
  },
  {
    name: 'pip (for the second source of the small model)',
    programs: ['pip3', 'pip'],
    need: 'start',
    packages: {
      apt: 'python3-pip',
      dnf: 'python3-pip',
      brew: 'python',
      winget: 'Python.Python.3.13',
    },
  },
  {
    name: 'ccache',
    programs: ['ccache'],
    need: 'wish',
    packages: { apt: 'ccache', dnf: 'ccache', brew: 'ccache', winget: '' },
  },
  {
    name: 'Chromium, Chrome or Edge',
    programs: CHROMES,
    files: CHROME_FILES,
    need: 'test',
    packages: {
      apt: 'chromium',
      dnf: 'chromium',
      brew: '--cask google-chrome',
      winget: 'Google.Chrome',
    },
  },
  {
    name: 'clang-format',
    programs: ['clang-format'],
    need: 'test',
    packages: {
      apt: 'clang-format',
      dnf: 'clang-tools-extra',
      brew: 'clang-format',
      winget: 'LLVM.LLVM',
    },
  },
  {
    name: 'clang-tidy',
    programs: ['clang-tidy'],
    files: ['/opt/homebrew/opt/llvm/bin/clang-tidy', '/usr/local/opt/llvm/bin/clang-tidy'],
    need: 'test',
    packages: { apt: 'clang-tidy', dnf: '', brew: 'llvm', winget: '' },
  },
  {
    name: 'Chinese fonts',
    programs: [],
    files: [
      `${FONT_FOLDER}/opentype/noto/NotoSansCJK-Regular.ttc`,
      '/var/lib/dpkg/info/fonts-noto-cjk.list',
    ],
    need: 'wish',
    packages: { apt: 'fonts-noto-cjk', dnf: '', brew: '', winget: '' },
  },
  {
    name: 'emoji',
    programs: [],
    files: [
      `${FONT_FOLDER}/truetype/noto/NotoColorEmoji.ttf`,
      '/var/lib/dpkg/info/fonts-noto-color-emoji.list',
    ],
    need: 'wish',
    packages: { apt: 'fonts-noto-color-emoji', dnf: '', brew: '', winget: '' },
  },
];

/**
 * The tools that are on neither the path nor the disk, in the order of TOOLS.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {(file: string) => boolean} [exists]
 * @param {NodeJS.Platform} [platform]
 */
export function missingTools(env = process.env, exists = existsSync, platform = process.platform) {
  return TOOLS.filter(
    (tool) =>
      !tool.programs.some((program) => findOnPath(program, env, platform)) &&
      !tool.files?.some((file) => exists(file)),
  );
}

/**
 * Path of an installed Chromium, Chrome or Edge, or undefined.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function findBrowser(env = process.env) {
  const onPath = CHROMES.map((name) => findOnPath(name, env)).find((path) => path !== undefined);
  return onPath ?? CHROME_FILES.find((path) => existsSync(path));
}

/**
 * The package tool of this system, or undefined where we know none.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {NodeJS.Platform} [platform]
 * @returns {'apt' | 'dnf' | 'brew' | 'winget' | undefined}
 */
export function packageTool(env = process.env, platform = process.platform) {
  if (platform === 'darwin') return 'brew';
  if (platform === 'win32') return 'winget';
  if (findOnPath('apt-get', env, platform)) return 'apt';
  return findOnPath('dnf', env, platform) ? 'dnf' : undefined;
}

/**
 * The one line a person types to get `tools`.
 * @param {readonly Tool[]} tools
 * @param {'apt' | 'dnf' | 'brew' | 'winget' | undefined} packager
 */
export function installLine(tools, packager) {
  if (!packager)
    return `install ${tools.map((tool) => tool.name).join(', ')} with your system's package tool`;
  const names = [...new Set(tools.map((tool) => tool.packages[packager]).filter(Boolean))];
  switch (packager) {
    case 'apt':
      return `sudo apt-get update && sudo apt-get install -y ${names.join(' ')}`;
    case 'dnf':
      return `sudo dnf install -y ${names.join(' ')}`;
    case 'winget':
      return names.map((name) => `winget install --id ${name} -e`).join(' && ');
    case 'brew': {
      // Apple's compiler comes with its command line tools, not with Homebrew.
      const lines = tools.some((tool) => !tool.packages.brew) ? ['xcode-select --install'] : [];
      const casks = names.filter((name) => name.startsWith('--cask'));
      const plain = names.filter((name) => !name.startsWith('--cask'));
      if (plain.length > 0) lines.push(`brew install ${plain.join(' ')}`);
      return [...lines, ...casks.map((cask) => `brew install ${cask}`)].join(' && ');
    }
  }
}

/**
 * Has every tool in place that `need` asks for: installs what is missing on Debian or Ubuntu as root,
 * elsewhere stops with the line to type. pip alone never stops `start`: the first source needs none.
 * @param {'start' | 'test'} need
 * @param {object} [machine] for tests
 * @param {NodeJS.ProcessEnv} [machine.env]
 * @param {boolean} [machine.canInstall]
 * @param {(file: string) => boolean} [machine.exists]
 * @param {NodeJS.Platform} [machine.platform]
 * @throws SetupError
 */
export async function requireTools(need, machine = {}) {
  const { env = process.env, exists = existsSync, platform = process.platform } = machine;
  const canInstall = machine.canInstall ?? (platform === 'linux' && isRoot() && isDebian());
  let missing = missingTools(env, exists, platform);
  if (missing.length > 0 && canInstall) {
    await aptInstall(missing, env);
    missing = missingTools(env, exists, platform);
  }
  const packager = packageTool(env, platform);
  const lacking = missing.filter((tool) => tool.need === 'start' || tool.need === need);
  const stopping = lacking.filter((tool) => need === 'test' || !tool.programs.includes('pip3'));
  if (stopping.length > 0) {
    const names = stopping.map((tool) => tool.name).join(', ');
    throw new SetupError(`Missing on this machine: ${names}.`, installLine(lacking, packager));
  }
  for (const tool of lacking)
    note(`Missing: ${tool.name}. To have it: ${installLine([tool], packager)}`);
}

/**
 * @param {readonly Tool[]} tools
 * @param {NodeJS.ProcessEnv} env
 */
async function aptInstall(tools, env) {
  const names = tools.map((tool) => tool.packages.apt);
  announce(`Installing from the system's packages: ${names.join(', ')}`, '1 to 4 minutes');
  const aptEnv = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  // A failed update still lets an install from older lists succeed, so only the install decides.
  const update = await run('apt-get', ['update', '-q'], { env: aptEnv });
  const args = ['install', '-y', '-q', '--no-install-recommends', ...names];
  const install = await run('apt-get', args, { env: aptEnv });
  if (install.code === 0) return;
  const failed = update.code === 0 ? install : update;
  note(failed.output.trim().split('\n').slice(-3).join('\n  '));
  throw new SetupError(
    update.code === 0
      ? `apt-get could not install ${names.join(' ')}.`
      : 'apt-get could not read its package lists; is there a network?',
    `apt-get update && apt-get install -y ${names.join(' ')}`,
  );
}
