/** The fewest characters to put in, take out or change that make one text the other. */
export function editDistance(one: string, other: string): number {
  const wanted = Array.from(one);
  const found = Array.from(other);
  let above = Uint32Array.from({ length: found.length + 1 }, (_, index) => index);
  for (const [row, char] of wanted.entries()) {
    const current = new Uint32Array(found.length + 1);
    current[0] = row + 1;
    for (const [column, candidate] of found.entries()) {
      const changed = (above[column] ?? 0) + (char === candidate ? 0 : 1);
      const fewest = Math.min(changed, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1);
      current[column + 1] = fewest;
    }
    above = current;
  }
  return above[found.length] ?? 0;
}
