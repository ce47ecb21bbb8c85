import type { Line, Table, Tables } from '../table.ts';
import * as words from '../vocabulary.ts';

/** The id of the most expensive product in the real set, and its price. */
const DEAREST = 10;
const DEAREST_PRICE = 5_000_000;

/** The lines of product.csv. */
export function productLines(tables: Tables): Line {
  const products = tables['product.csv'];
  const random = products.random('text');
  const category = categoryOf(products);
  const price = priceOf(products);
  return row => {
    const id = products.idOf(row);
    const { name: categoryName, nouns } = category(row);
    random.at(row);
    const name = `${random.of(words.adjectives)} ${random.of(nouns)}`;
    const slogan = random.of(words.sloganStarts) + random.of(words.sloganEnds);
    const more = random.oneIn(3) ? ` ${random.of(words.details)}` : '';
    const description = `The ${name} ${random.of(words.claims)} ${random.of(words.details)}${more}`;
    return `${id},"${name}","${slogan}","${description}","${categoryName}",${id === DEAREST ? DEAREST_PRICE : price(row)}`;
  };
}

/** The category of each product row. */
export function categoryOf(products: Table): (row: number) => words.Category {
  const random = products.random('category');
  return row => random.at(row).of(words.categories);
}

/** The regular price of each product row, in whole dollars. */
export function priceOf(products: Table): (row: number) => number {
  const random = products.random('price');
  return row => {
    const isExpensive = random.at(row).oneIn(20);
    return isExpensive ? 200 + random.below(1800) : 15 + random.below(185);
  };
}
