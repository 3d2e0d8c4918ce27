import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError } from '../../../contract/errors/app-error.ts';

export interface BrowseEntry {
  name: string;
  path: string;
  kind: 'folder' | 'model';
  fileBytes: number | null;
}

export interface BrowsedFolder {
  folder: string;
  parentFolder: string | null;
  places: { name: string; path: string }[];
  entries: BrowseEntry[];
}

const maxEntries = 2000;

async function foldersIn(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(parent, entry.name));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Where sticks and other disks are mounted on this system. */
async function mountedPlaces(): Promise<string[]> {
  if (process.platform === 'darwin') return foldersIn('/Volumes');
  if (process.platform === 'win32') {
    const letters = Array.from({ length: 24 }, (_, index) => String.fromCharCode(67 + index));
    const drives = letters.map((letter) => `${letter}:\\`);
    const found = await Promise.all(drives.map(isFolder));
    return drives.filter((_, index) => found[index]);
  }
  // Desktops mount under /media or /run/media, with or without a folder of the person's name.
  const roots = ['/media', '/run/media'];
  const first = (await Promise.all(roots.map(foldersIn))).flat();
  const second = (await Promise.all(first.map(foldersIn))).flat();
  return [...first, ...second];
}

async function placesFrom(homeFolder: string): Promise<BrowsedFolder['places']> {
  const downloads = join(homeFolder, 'Downloads');
  const paths = [homeFolder];
  if (await isFolder(downloads)) paths.push(downloads);
  paths.push(...(await mountedPlaces()));
  return paths.map((path) => ({ name: basename(path) || path, path }));
}

async function toEntry(folder: string, name: string): Promise<BrowseEntry | undefined> {
  const path = join(folder, name);
  // Links are followed: people link their model folders. What cannot be looked at is left out.
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return { name, path, kind: 'folder', fileBytes: null };
  if (!found?.isFile() || !/\.gguf$/i.test(name)) return undefined;
  return { name, path, kind: 'model', fileBytes: found.size };
}

/**
 * Folders and GGUF files of one folder, folders first, hidden ones left out. Null begins at home.
 * @throws AppError `file.not-found` when it is no folder or may not be read
 */
export async function browseFolder(
  folder: string | null,
  homeFolder: string,
): Promise<BrowsedFolder> {
  const here = resolve(folder ?? homeFolder);
  const names = await readdir(here).catch(() => undefined);
  if (!names) throw new AppError('file.not-found', { name: here });
  const shown = names.filter((name) => !name.startsWith('.')).slice(0, maxEntries);
  const found = await Promise.all(shown.map((name) => toEntry(here, name)));
  const entries = found.filter((entry) => entry !== undefined);
  entries.sort((a, b) =>
    a.kind === b.kind
      ? a.name.localeCompare(b.name, undefined, { numeric: true })
      : a.kind === 'folder'
        ? -1
        : 1,
  );
  const parent = dirname(here);
  return {
    folder: here,
    parentFolder: parent === here ? null : parent,
    places: await placesFrom(homeFolder),
    entries,
  };
}
