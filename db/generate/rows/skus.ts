import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';
import { letterSizes, shoeSizes } from '../vocabulary.ts';
import { categoryOf } from './products.ts';
import { productsOfStyles } from './styles.ts';

/** The lines of skus.csv. A style has consecutive sizes, some of them twice. */
export function skuLines(tables: Tables): Line {
  const skus = tables['skus.csv'];
  const styles = new FanOut(tables['styles.csv'], skus, { spread: spreads.even, favoursOldest: true });
  const products = productsOfStyles(tables);
  const category = categoryOf(tables['product.csv']);
  const firsts = skus.random('first');
  const random = skus.random('text');
  return row => {
    const { parent, ordinal, size } = styles.seek(row);
    const product = products.seek(parent).parent;
    const sizes = category(product).isFootwear ? shoeSizes : letterSizes;
    const first = firsts.at(parent).below(Math.max(1, sizes.length - size + 1));
    const isLastTwice = ordinal > 0 && ordinal === size - 1 && firsts.oneIn(30);
    const name = sizes[(first + ordinal - (isLastTwice ? 1 : 0)) % sizes.length];
    // The real set has a space before the quantity of every size 11.
    const space = name === '11' ? ' ' : '';
    return `${skus.idOf(row)},${styles.parentId(row)},"${name}",${space}${random.at(row).below(61)}`;
  };
}
