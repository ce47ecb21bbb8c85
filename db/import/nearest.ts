/** Longer names are cut: the distance takes time by the product of the lengths. */
const comparedLength = 60;
/** Of more names the others are not looked at. */
const mostNames = 200;

/** The name that takes the fewest edits to become `wanted`; undefined when there is none to choose from. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  return nearestFirst(wanted, names)[0];
}

/** The names, those first that take the fewest edits to become `wanted`. */
export function nearestFirst(wanted: string, names: readonly string[]): string[] {
  const ranked = names.slice(0, mostNames).map(name => ({
    name,
    edits: editsBetween(wanted.toLowerCase(), name.toLowerCase().slice(0, comparedLength)),
  }));
  return ranked.sort((one, other) => one.edits - other.edits).map(({ name }) => name);
}

/** Levenshtein's distance, a row of its table at a time. */
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
