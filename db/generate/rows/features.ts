import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';
import * as words from '../vocabulary.ts';

/** The lines of features.csv. A product has consecutive features of the vocabulary. */
export function featureLines(tables: Tables): Line {
  const features = tables['features.csv'];
  const products = new FanOut(tables['product.csv'], features, { spread: spreads.even });
  const firsts = features.random('first');
  const random = features.random('text');
  return row => {
    const { parent, ordinal } = products.seek(row);
    const first = firsts.at(parent).below(words.features.length);
    const feature = words.features[(first + ordinal) % words.features.length] as (typeof words.features)[0];
    random.at(row);
    const value = random.oneIn(50) ? 'null' : `"${random.oneIn(200) ? 'null' : random.of(feature.values)}"`;
    return `${features.idOf(row)},${products.parentId(row)},"${feature.name}",${value}`;
  };
}
