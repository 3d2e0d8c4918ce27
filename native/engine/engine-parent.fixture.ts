/** A parent to be killed in a test: forks the engine named by its argument and prints the engine's pid. */
import { forkEngine } from './forked-engine.fixture.ts';

const [, , entryPath = ''] = process.argv;
const env = { PARLEY_ADDON: process.env['PARLEY_ADDON'] ?? '', PARLEY_ENGINE_THREADS: '1' };
const { client } = forkEngine(entryPath, env);
const { pid } = await client.engine.describe({});
process.stdout.write(`${pid}\n`);
