import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Table, Tables } from '../table.ts';
import { email, personName, questionBody } from '../text.ts';

/** Questions are dated from 2018 to 2021, in epoch milliseconds. */
const FIRST_MS = 1_514_764_800_000;
const LAST_MS = 1_640_995_199_999;

/** The lines of questions.csv. A few refer to a product that does not exist, which is valid. */
export function questionLines(tables: Tables): Line {
  const questions = tables['questions.csv'];
  const products = new FanOut(tables['product.csv'], questions, { spread: spreads.long });
  const date = questionDate(questions);
  const random = questions.random('text');
  return row => {
    products.seek(row);
    random.at(row);
    const product = random.oneIn(2000) ? tables['product.csv'].missingId(row) : products.parentId(row);
    const text = `"${questionBody(random)}",${date(row)},"${personName(random)}","${email(random)}"`;
    return `${questions.idOf(row)},${product},${text},${random.oneIn(40) ? 1 : 0},${random.below(random.below(40) + 1)}`;
  };
}

/** When each question row was asked, in epoch milliseconds. */
export function questionDate(questions: Table): (row: number) => number {
  const random = questions.random('date');
  return row => FIRST_MS + random.at(row).below(LAST_MS - FIRST_MS);
}
