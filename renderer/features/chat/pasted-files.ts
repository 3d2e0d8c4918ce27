/** What browsers call a picture that has no name of its own. */
const namelessPicture = /^image\.\w+$/u;

/**
 * The files of a paste. Programs that copy text often put a picture of it beside: text then goes first and no
 * file is taken. A picture without a name gets `pictureName`.
 */
export function filesOfPaste(
  clipboard: Pick<DataTransfer, 'files' | 'getData'> | null,
  pictureName: string,
): File[] {
  const files = [...(clipboard?.files ?? [])];
  if (files.length === 0 || clipboard?.getData('text/plain').trim()) return [];
  return files.map((file) =>
    namelessPicture.test(file.name) ? new File([file], pictureName, { type: file.type }) : file,
  );
}
