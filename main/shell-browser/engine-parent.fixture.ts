/** A parent to be killed in a test: forks the engine named by its argument and prints the engine's pid. */
import { ForkLauncher } from './engine-launcher.ts';

const [, , entryPath = ''] = process.argv;
const engine = new ForkLauncher({ entryPath }).launch();
engine.port.onFrame(() => process.stdout.write(`${engine.pid}\n`));
engine.port.post({ t: 'request', id: 1, path: 'engine.describe', input: {} });
