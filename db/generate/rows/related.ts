import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';

/** The lines of related.csv. A product may be related to one twice, to itself, or to one that does not exist. */
export function relatedLines(tables: Tables): Line {
  const products = tables['product.csv'];
  const related = tables['related.csv'];
  const currents = new FanOut(products, related, { spread: spreads.long });
  const random = related.random('text');
  let before = 1;
  return row => {
    const current = currents.seek(row).parentId(row);
    before = other(row, current);
    return `${related.idOf(row)},${current},${related.dirtOf(row) === 'zero' ? 0 : before}`;
  };

  function other(row: number, current: number): number {
    random.at(row);
    if (random.oneIn(50)) return before;
    if (random.oneIn(50)) return current;
    if (random.oneIn(2000)) return products.missingId(row);
    return 1 + random.below(products.rows);
  }
}
