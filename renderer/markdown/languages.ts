import type { LanguageRegistration } from 'shiki/core';

type Grammar = () => Promise<{ default: LanguageRegistration[] }>;

/** The grammars we bring; each is fetched from the app's own files when a text first needs it. */
export const grammars: Readonly<Record<string, Grammar>> = {
  javascript: () => import('shiki/langs/javascript.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  bash: () => import('shiki/langs/bash.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  cpp: () => import('shiki/langs/cpp.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
};

const aliases: Readonly<Record<string, string>> = {
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  py: 'python',
  python3: 'python',
  jsonc: 'json',
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  console: 'bash',
  htm: 'html',
  xml: 'html',
  svg: 'html',
  h: 'c',
  'c++': 'cpp',
  cc: 'cpp',
  hpp: 'cpp',
  rs: 'rust',
  golang: 'go',
  md: 'markdown',
};

const names: Readonly<Record<string, string>> = {
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  python: 'Python',
  json: 'JSON',
  bash: 'Shell',
  html: 'HTML',
  css: 'CSS',
  c: 'C',
  cpp: 'C++',
  java: 'Java',
  rust: 'Rust',
  go: 'Go',
  sql: 'SQL',
  markdown: 'Markdown',
  jsx: 'JSX',
  tsx: 'TSX',
  xml: 'XML',
  svg: 'SVG',
};

/** A language as people write it; one we do not know stays as it stands after the fence. */
export function languageName(language: string): string {
  if (Object.hasOwn(names, language)) return names[language] ?? language;
  const grammar = grammarOf(language);
  return (grammar !== null && names[grammar]) || language;
}

/** The grammar that a fence's word means; null when we bring none for it. */
export function grammarOf(language: string): string | null {
  const name = Object.hasOwn(aliases, language) ? aliases[language] : language;
  return name !== undefined && Object.hasOwn(grammars, name) ? name : null;
}
