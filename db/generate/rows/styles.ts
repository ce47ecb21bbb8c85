import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';
import * as words from '../vocabulary.ts';
import { priceOf } from './products.ts';

/** A price that exceeds 32 bits in cents, as some in the real set do. */
const DEAREST_ROW = 9;
const DEAREST_PRICE = 500_000_000;

/** The lines of styles.csv. One product in 20 has no default style. */
export function styleLines(tables: Tables): Line {
  const styles = tables['styles.csv'];
  const products = productsOfStyles(tables);
  const price = priceOf(tables['product.csv']);
  const defaults = styles.random('default');
  const random = styles.random('text');
  return row => {
    const { parent, ordinal, size } = products.seek(row);
    const hasDefault = !defaults.at(parent).oneIn(20);
    const isDefault = hasDefault && defaults.below(size) === ordinal ? 1 : 0;
    random.at(row);
    const colour = random.of(words.colours);
    const name = random.oneIn(2) ? `${colour} & ${random.of(words.colours)}` : colour;
    const usual = price(parent) + (random.oneIn(10) ? 5 * random.below(20) : 0);
    const original = row === DEAREST_ROW ? DEAREST_PRICE : usual;
    let sale = 'null';
    if (random.oneIn(7)) sale = String(Math.floor((usual * (50 + random.below(45))) / 100));
    else if (random.oneIn(100)) sale = '0';
    return `${styles.idOf(row)},${products.parentId(row)},"${name}",${sale},${original},${isDefault}`;
  };
}

/** The product of each style row. */
export function productsOfStyles(tables: Tables): FanOut {
  return new FanOut(tables['product.csv'], tables['styles.csv'], { spread: spreads.even });
}
