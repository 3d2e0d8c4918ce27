import { installInFolder } from '../install-packages.ts';

const versions = { unpdf: '1.8.1', mammoth: '1.13.0', officeparser: '8.1.1' };

/** Who reads which format; Parley reads all. */
export const readers = ['parley', 'unpdf', 'mammoth', 'officeparser'] as const;
export type ReaderName = (typeof readers)[number];

/** For the head of the table. */
export const readerVersions = versions;

/** Formats that are measured, and who beside Parley reads them. */
export const measuredFormats = {
  pdf: ['parley', 'unpdf', 'officeparser'],
  docx: ['parley', 'mammoth', 'officeparser'],
  pptx: ['parley', 'officeparser'],
  xlsx: ['parley', 'officeparser'],
  epub: ['parley', 'officeparser'],
  html: ['parley', 'officeparser'],
  markdown: ['parley', 'officeparser'],
} as const satisfies Record<string, readonly ReaderName[]>;
export type MeasuredFormat = keyof typeof measuredFormats;

/** Has the other readers in a folder of their own outside the clone. @throws Error with npm's last words */
export function installReaders(cache: string): Promise<string> {
  return installInFolder(cache, {
    dependencies: versions,
    key: `readers-${Object.values(versions).join('-')}`,
    what: 'Installing unpdf, mammoth and officeparser to compare with',
    size: '60 MB',
  });
}
