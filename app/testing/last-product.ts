/** Ids are 32-bit integers. */
const maxId = 2 ** 31 - 1;

/** Finds the largest product id, which is 0 without products. Ids start at 1 and have no gaps. */
export async function lastProduct(exists: (id: number) => Promise<boolean>): Promise<number> {
  let low = 0;
  let high = 1;
  while (high < maxId && (await exists(high))) {
    low = high;
    high = Math.min(high * 2, maxId);
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await exists(middle)) low = middle;
    else high = middle;
  }
  return low;
}
