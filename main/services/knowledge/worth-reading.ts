import { basename, extname } from 'node:path';

/** What is read of a watched folder. Pictures are not: without being asked nobody reads words off them. */
const extensions = new Set(
  (
    'pdf docx pptx xlsx epub html htm xhtml md markdown txt text log rst tex csv tsv json jsonl xml yaml yml toml ini ' +
    'conf srt vtt js mjs cjs ts tsx jsx svelte vue css scss py rb php java kt kts scala go rs c h cc cpp hpp cs swift m ' +
    'lua pl r jl sh bash zsh ps1 bat sql graphql proto tf gradle cmake diff patch'
  ).split(' '),
);
const namesWithout = new Set([
  'readme',
  'license',
  'changelog',
  'authors',
  'makefile',
  'dockerfile',
  'todo',
  'notes',
]);
/** Folders that hold what programs made, not what people wrote. */
const madeFolders = new Set([
  'node_modules',
  '__pycache__',
  '$recycle.bin',
  'system volume information',
]);

/** Larger files of a folder are left alone: they can be added by hand. */
export const mostWatchedBytes = 256 * 1024 * 1024;

/** Whether a file of a watched folder is read, by its name alone: what it is, its content decides. */
export function isWorthReading(name: string): boolean {
  // Hidden ones, and what office programs leave beside an open file.
  if (name.startsWith('.') || name.startsWith('~$')) return false;
  const extension = extname(name).slice(1).toLowerCase();
  return extension === ''
    ? namesWithout.has(basename(name).toLowerCase())
    : extensions.has(extension);
}

/** Whether a folder below a watched one is looked into. */
export function isWorthEntering(name: string): boolean {
  return !name.startsWith('.') && !madeFolders.has(name.toLowerCase());
}
