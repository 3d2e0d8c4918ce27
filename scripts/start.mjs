/** `npm start`: sets up what is missing, then opens Parley in the window that this machine allows. */
import { join } from 'node:path';
import {
  chooseWindow,
  electronProgram,
  fetchElectronLater,
  waitForElectron,
  wasElectronTried,
} from './setup/electron.mjs';
import { hasDisplay, isRoot } from './setup/platform.mjs';
import { exitWith, note } from './setup/say.mjs';
import { absolutePaths, runShell } from './setup/shell-process.mjs';
import { ROOT, setup } from './setup.mjs';

await exitWith(async () => {
  const ready = await setup('start');
  const places = { root: ROOT, ...ready };
  const args = absolutePaths(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  const choice = chooseWindow({
    isHeadless: args.includes('--headless'),
    isRoot: isRoot(),
    hasDisplay: hasDisplay(),
    isThere: electronProgram(ROOT) !== undefined,
    wasTried: wasElectronTried(ROOT),
  });
  if (choice.fetch === 'wait') await waitForElectron(places);
  if (choice.fetch === 'background') fetchElectronLater(places);
  // What came in the background counts from the next start on: this one said what it opens.
  const electron =
    choice.window === 'electron' || choice.fetch === 'wait' ? electronProgram(ROOT) : undefined;
  const options = { cwd: ROOT, env: ready.env };
  if (electron) return runShell(electron, [ROOT, ...args], options);
  note(choice.why);
  return runShell(ready.nodePath, [join(ROOT, 'dist', 'main', 'browser.js'), ...args], options);
});
