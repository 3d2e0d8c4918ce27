import { expect, it } from 'vitest';
import { compilerEnv, parseSet } from './msvc.mjs';

it('elsewhere than on Windows the environment stays as it is', async () => {
  const env = { PATH: '/usr/bin' };
  expect(await compilerEnv(env, 'linux')).toBe(env);
});

it('on Windows without Visual C++ it stops with one sentence', async () => {
  await expect(compilerEnv({ PATH: '' }, 'win32')).rejects.toThrow(
    /^Missing on this machine: the Visual C\+\+ compiler\.\n {2}To mend it: winget install/,
  );
});

it('what `set` prints becomes an environment', () => {
  expect(parseSet('A=1\r\nB=x=y\r\n\r\nno line\r\n')).toEqual({ A: '1', B: 'x=y' });
});
