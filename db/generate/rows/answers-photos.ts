import { FanOut, spreads } from '../fan-out.ts';
import type { Line, Tables } from '../table.ts';
import { photoAddress } from '../text.ts';

/** The lines of answers_photos.csv. One URL in 200 is not quoted. */
export function answerPhotoLines(tables: Tables): Line {
  const photos = tables['answers_photos.csv'];
  const answers = new FanOut(tables['answers.csv'], photos, { spread: spreads.long });
  const random = photos.random('text');
  return row => {
    answers.seek(row);
    const address = photoAddress(random.at(row));
    const quote = random.oneIn(200) ? '' : '"';
    const url = `${quote}${address}?ixlib=rb-1.2.1&auto=format&fit=crop&w=668&q=80${quote}`;
    return `${photos.idOf(row)},${answers.parentId(row)},${url}`;
  };
}
