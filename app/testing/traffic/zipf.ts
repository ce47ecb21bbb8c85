/** Draws ids from 1 by Zipf (s = 1.0): each id has a rank, and a probability proportional to 1/rank. */
export function zipfOf(ids: number, random: () => number): () => number {
  const idOf = idsByRank(ids);
  const cumulative = new Float64Array(ids);
  let sum = 0;
  for (let rank = 1; rank <= ids; rank++) {
    sum += 1 / rank;
    cumulative[rank - 1] = sum;
  }
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = ids - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] as number) < drawn) low = middle + 1;
      else high = middle;
    }
    return idOf(low + 1);
  };
}

/**
 * Maps a rank to an id, both from 1 to `ids`. Neighbouring ranks have distant ids, because popular products are scattered
 * over a table. The step is coprime to `ids`, so that each rank has its own id.
 */
export function idsByRank(ids: number): (rank: number) => number {
  let step = 7919;
  while (greatestCommonDivisor(step, ids) !== 1) step++;
  return rank => 1 + (((rank - 1) * step) % ids);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
