/** Reads prose for the model that stands under `## name` headings, by name. */
export function promptSections(markdown: string): Map<string, string> {
  const sections = new Map<string, string>();
  for (const piece of `\n${markdown}`.split('\n## ').slice(1)) {
    const end = piece.indexOf('\n');
    sections.set(piece.slice(0, end).trim(), piece.slice(end + 1).replace(/\n+$/u, ''));
  }
  return sections;
}

/**
 * Puts values in the places `{name}` of a template. Nothing in a value is taken for a place: what comes from
 * a file stays as it is.
 */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([a-z]+)\}/gu, (place, name: string) => values[name] ?? place);
}

/** The named sections of a file of prompts. @throws Error where one is missing: the app is not whole */
export function promptsFrom<const K extends string>(
  markdown: string,
  names: readonly K[],
): Readonly<Record<K, string>> {
  const sections = promptSections(markdown);
  const missing = names.filter((name) => !sections.has(name));
  if (missing.length > 0) throw new Error(`prompts are missing: ${missing.join(', ')}`);
  const entries = names.map((name) => [name, sections.get(name) ?? '']);
  return Object.fromEntries(entries) as Record<K, string>;
}
