import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';
import { answerBody, email, personName } from '../text.ts';
import { questionDate } from './questions.ts';

const THIRTY_DAYS_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * The lines of answers.csv. Each answer is dated within 30 days of its question. One in 50 is by the seller, half of
 * these without an e-mail address.
 */
export function answerLines(tables: Tables): Line {
  const answers = tables['answers.csv'];
  const questions = new FanOut(tables['questions.csv'], answers, { spread: spreads.long });
  const asked = questionDate(tables['questions.csv']);
  const random = answers.random('text');
  return row => {
    const { parent } = questions.seek(row);
    random.at(row);
    const date = asked(parent) + 1 + random.below(THIRTY_DAYS_MS);
    const isSeller = random.oneIn(50);
    const name = isSeller ? 'Seller' : personName(random);
    const address = isSeller && random.oneIn(2) ? 'null' : `"${email(random)}"`;
    const text = `"${answerBody(random)}",${date},"${name}",${address}`;
    return `${answers.idOf(row)},${questions.parentId(row)},${text},${random.oneIn(40) ? 1 : 0},${random.below(random.below(30) + 1)}`;
  };
}
