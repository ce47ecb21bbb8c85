/** Finds the largest product id, which is 0 without products. Ids start at 1, have no gaps, and are 32-bit integers. */
export async function lastProduct(exists: (id: number) => Promise<boolean>): Promise<number> {
  if (!(await exists(1))) return 0;
  let [known, beyond] = [1, 2 ** 31];
  while (beyond - known > 1) {
    const middle = Math.floor((known + beyond) / 2);
    if (await exists(middle)) known = middle;
    else beyond = middle;
  }
  return known;
}
