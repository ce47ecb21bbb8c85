/** Longer names are cut, because the time grows with the product of the lengths. */
const comparedLength = 60;
/** Further names are not compared. */
const maxNames = 200;

/** The name with the fewest edits to `wanted`; undefined when `names` is empty. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  return nearestFirst(wanted, names)[0];
}

/** The names by the number of edits to `wanted`, fewest first. */
export function nearestFirst(wanted: string, names: readonly string[]): string[] {
  const ranked = names.slice(0, maxNames).map(name => ({
    name,
    edits: editsBetween(wanted.toLowerCase(), name.toLowerCase().slice(0, comparedLength)),
  }));
  return ranked.sort((one, other) => one.edits - other.edits).map(({ name }) => name);
}

/** The Levenshtein distance, computed one row of the matrix at a time. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [position, letter] of [...one].entries()) {
    const next = [position + 1];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
