import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** What decides which browser is found. `exists` says whether a program is at a path. */
export interface BrowserSurroundings {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  exists(path: string): boolean;
}

const linuxNames = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'microsoft-edge-stable',
  'microsoft-edge',
  'chromium-browser',
];
const macApps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const windowsPaths = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

function candidates({ platform, env }: BrowserSurroundings): string[] {
  if (platform === 'darwin') {
    const roots = ['/Applications', ...(env['HOME'] ? [`${env['HOME']}/Applications`] : [])];
    return macApps.flatMap((name) =>
      roots.map((root) => `${root}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === 'win32') {
    const roots = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA']
      .map((name) => env[name])
      .filter((root) => root !== undefined && root !== '');
    return windowsPaths.flatMap((path) => roots.map((root) => `${root}\\${path}`));
  }
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return linuxNames.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
}

/** An installed Chrome, Chromium or Edge, in this order; `PARLEY_BROWSER` names another. */
export function findBrowser(surroundings: BrowserSurroundings): string | undefined {
  const chosen = surroundings.env['PARLEY_BROWSER'];
  const paths = chosen ? [chosen] : candidates(surroundings);
  return paths.find((path) => surroundings.exists(path));
}

/**
 * Whether a window can be opened: on Linux a display must be there, and as root the browser would have to
 * run without its sandbox, which the product never does.
 */
export function canOpenWindow(options: {
  platform: NodeJS.Platform;
  env: Record<string, string | undefined>;
  userId: number | undefined;
}): boolean {
  const { platform, env, userId } = options;
  if (userId === 0) return false;
  return platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

/** A snap may not write into hidden folders: its own common folder is where its profile can be. */
function profileFolder(browserPath: string, dataFolder: string, home: string): string {
  return browserPath.startsWith('/snap/')
    ? join(home, 'snap', 'chromium', 'common', 'parley-profile')
    : join(dataFolder, 'browser-profile');
}

/** What the browser must not do by itself. Each would be a reason to reach out to the network. */
const quietFeatures = [
  'Translate',
  'OptimizationHints',
  'OptimizationGuideModelDownloading',
  'MediaRouter',
  'DialMediaRouteProvider',
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'InterestFeedContentSuggestions',
  'SafeBrowsing',
];

/** The browser's arguments for one app window with a profile of its own that reaches nothing but us. */
export function browserArguments(options: {
  url: string;
  browserPath: string;
  dataFolder: string;
  home: string;
}): string[] {
  return [
    `--app=${options.url}`,
    `--user-data-dir=${profileFolder(options.browserPath, options.dataFolder, options.home)}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--no-pings',
    '--no-proxy-server',
    '--no-service-autorun',
    '--disable-background-networking',
    '--disable-breakpad',
    '--disable-client-side-phishing-detection',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-quic',
    '--disable-search-engine-choice-screen',
    '--disable-sync',
    '--metrics-recording-only',
    '--password-store=basic',
    '--use-mock-keychain',
    `--disable-features=${quietFeatures.join(',')}`,
    // Whatever was forgotten above finds no address: every host but ours is unknown to this browser.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ];
}

/**
 * Starts a browser. `onFailed` is called once when it could not start, or ended with an error; a browser
 * that handed its window to one that runs already ends without one.
 */
export function launchBrowser(
  browserPath: string,
  browserArgs: readonly string[],
  onFailed: () => void,
): ChildProcess {
  const child = spawn(browserPath, browserArgs, { stdio: 'ignore' });
  child.once('error', onFailed);
  child.once('exit', (exitCode) => {
    if (exitCode !== null && exitCode !== 0) onFailed();
  });
  return child;
}
