/** CSV-escapes fragments for use between the quotes of a field. */
const inQuotes = (...fragments: string[]): readonly string[] =>
  fragments.map(fragment => fragment.replaceAll('"', '""'));

/** A product category, with nouns for its products. Footwear comes in shoe sizes. */
export interface Category {
  readonly name: string;
  readonly nouns: readonly string[];
  readonly isFootwear: boolean;
}

export const categories: readonly Category[] = [
  {
    name: 'Jackets',
    nouns: inQuotes('Parka', 'Bomber', 'Windbreaker', 'Field Jacket', 'Overcoat', 'Puffer', 'Raincoat'),
    isFootwear: false,
  },
  {
    name: 'Pants',
    nouns: inQuotes('Joggers', 'Slacks', 'Chinos', 'Cargo Pants', 'Jeans', 'Trousers', 'Leggings'),
    isFootwear: false,
  },
  {
    name: 'Shirts',
    nouns: inQuotes('Tee', 'Oxford Shirt', 'Polo', 'Henley', 'Flannel Shirt', 'Blouse', 'Jersey'),
    isFootwear: false,
  },
  {
    name: 'Accessories',
    nouns: inQuotes('Sunglasses', 'Belt', 'Scarf', 'Cap', 'Tote', 'Gloves', 'Beanie', 'Wallet'),
    isFootwear: false,
  },
  {
    name: 'Kicks',
    nouns: inQuotes('Runners', 'High Tops', 'Trainers', 'Court Shoes', 'Slip-Ons', 'Skate Shoes'),
    isFootwear: true,
  },
  {
    name: 'Dress Shoes',
    nouns: inQuotes('Brogues', 'Loafers', 'Derbies', 'Monk Straps', 'Pumps', 'Chelsea Boots'),
    isFootwear: true,
  },
];

export const adjectives = inQuotes(
  ...['Midnight', 'Coastal', 'Everyday', 'Alpine', 'Vintage', 'Urban', 'Featherlight', 'Reversible'],
  ...['Quilted', 'Merino', 'Selvedge', 'Waxed', 'Weekend', 'Heritage', 'Ripstop', 'Sunday', 'Low-Key'],
  ...['Overdyed', 'Northern', 'Tailored', 'Studio', 'Recycled', 'Brushed', 'Packable', '"Original"'],
  ...['Café', 'Summit', 'Harbour', 'Velvet', 'Thermal', 'Cropped', 'Relaxed'],
);

export const sloganStarts = inQuotes(
  ...['Made for the long way home', 'Quiet on the outside', 'Wear it in, not out', 'Less noise, more cloth'],
  ...['Built for weather', 'A classic, slightly off', 'The last one you will need', 'Ready when you are'],
  ...['Cut for moving', 'One size of attitude', 'Soft where it counts', 'From desk to dusk'],
);

export const sloganEnds = inQuotes(
  ...['', '', '', ', every day', ', and then some', ', rain or shine', ', at last', ' (finally)'],
  ...[', since "forever"', ', no questions asked', ' & back again', '!'],
);

/** How a description goes on after "The" and the product's name. */
export const claims = inQuotes(
  'is cut from a dense, midweight cloth that softens with every wear.',
  'pairs a clean silhouette with pockets where you actually want them.',
  'takes a workwear staple and removes everything it does not need.',
  'was drawn for long commutes, short notice and bad forecasts.',
  'keeps its shape after years of washing; ours certainly did.',
  'comes out of the same small mill that has dyed our cloth since 1987.',
  'is what our pattern makers call "the boring one", and mean as praise.',
  'blends in on Monday and stands out on Saturday.',
  'has been re-cut this season: a little wider, a little longer.',
  'folds into its own pocket and out of it again without a crease.',
);

export const details = inQuotes(
  'Tonal stitching, flat seams and a reinforced hem.',
  'Hardware in brushed brass, lining in recycled twill.',
  "Don't let the light weight fool you: it is warmer than it looks.",
  'Sized true; between two sizes, take the smaller one.',
  'Machine wash cold, hang to dry, iron if you must.',
  'Finished by hand, so no two are quite the same.',
  'Logo embroidered at the inside of the collar, where only you see it.',
  'Also available in "wide", with the same price & delivery.',
);

export const features: readonly { readonly name: string; readonly values: readonly string[] }[] = [
  {
    name: 'Fabric',
    values: inQuotes('Canvas', '100% Cotton', '99% Cotton, 1% Elastane', 'Merino', 'Linen', 'Ripstop'),
  },
  { name: 'Cut', values: inQuotes('Skinny', 'Loose', 'Straight', 'Tapered', 'Boxy') },
  { name: 'Buttons', values: inQuotes('Brass', 'Horn', 'Corozo', 'Snap') },
  { name: 'Lining', values: inQuotes('Twill', 'Satin', 'Fleece', 'Unlined') },
  { name: 'Stitching', values: inQuotes('Double Stitch', 'Flat Seam', 'Blind Hem') },
  { name: 'Water Resistance', values: inQuotes('10,000 mm', '5,000 mm', 'Showerproof') },
  { name: 'Closure', values: inQuotes('Zip', 'Lace-up', 'Buckle', '1" Velcro') },
  { name: 'Origin', values: inQuotes('Portugal', 'Italy', 'Japan', 'Türkiye') },
  { name: 'Sole', values: inQuotes('Rubber', 'Leather', 'Crepe') },
];

export const colours = inQuotes(
  ...['Black', 'White', 'Grey', 'Navy', 'Forest Green', 'Olive', 'Tan', 'Maroon', 'Goldenrod', 'Ecru'],
  ...['Sky Blue', 'Rust', 'Charcoal', 'Pinstripe', 'Plaid', 'Khaki', 'Sand', 'Lilac', 'Rosé', 'Indigo'],
);

export const letterSizes = inQuotes(
  ...['XXXS', 'XXS', 'XS', 'S', 'M', 'L', 'XL', 'XXL', '3XL', '4XL', '5XL', '6XL'],
);

/** 5 to 14 by halves. */
export const shoeSizes: readonly string[] = Array.from({ length: 19 }, (_, half) => String(5 + half / 2));

export const questionStarts = inQuotes(
  ...[
    'Does anyone know whether',
    'Can someone tell me if',
    'I was wondering whether',
    'Honest question: do you think',
  ],
  ...['Before I order, do you know if', 'Has anybody found out whether', 'Quick one, can you say if'],
  ...['My sister asks whether', 'For those who own it: would you say', 'Is it true, as a friend says, that'],
);

export const questionSubjects = inQuotes(
  ...['this', 'the fabric', 'the stitching', 'the colour', 'the medium', 'the zip', 'the sole', 'the lining'],
  ...['the "slim" version', 'the collar', 'the pair in the second photo', 'the older style', 'the waistband'],
);

export const questionEnds = inQuotes(
  ...['runs small', 'holds up in the wash', 'fades in the sun', 'is true to size', 'comes in wide'],
  ...['is warm enough for winter', 'looks the same as in the photos', 'can be returned after a try-on'],
  ...['stretches, or stays as it is', 'is made without leather', 'would do for a wedding', 'itches'],
  ...['is see-through when wet', 'fits somebody of 6\'2"', 'needs breaking in', 'squeaks on a wooden floor'],
);

export const contexts = inQuotes(
  ...[
    'I am between two sizes.',
    'It is a gift, so I cannot ask.',
    'The size chart says 32", but I doubt it.',
  ],
  ...[
    "I had last year's, and loved it.",
    'Asking for my dad, who is picky.',
    'Shipping takes a while to where I live.',
  ],
  ...['The reviews disagree, as always.', 'I walk about ten miles a day in these.', 'Thanks in advance!'],
);

export const answerStarts = inQuotes(
  ...['Yes, it does.', 'No, not in my experience.', 'It depends.', 'Mine did, after a month.', 'Absolutely!'],
  ...['I would not say so.', 'Not at all, to be honest.', 'Somewhat, but you get used to it.', 'Sure.'],
  ...['Only the first time.', 'I asked the shop: they say "yes".', 'Hard to tell from one season.'],
);

export const answerBodies = inQuotes(
  'I have worn it twice a week since spring and it still looks new.',
  'Take one size up if you like some room, otherwise stay with your own.',
  'The colour is a bit darker than on my screen, which I prefer.',
  'After the third wash it was softer, and no smaller.',
  'My partner has the same in grey, and "borrows" mine all the time.',
  'Customer service answered within a day, and sent another pair.',
  'For the price I expected more, but it does what it should.',
  'It pulled a thread at the cuff; a needle fixed it in a minute.',
  'Runs narrow at the toe, wide at the heel, fine everywhere else.',
  'See the photo: that is me at 5\'9", wearing a medium.',
  'Would buy it again, and in fact I have.',
  'Sent it back; the second one was fine.',
);

/** What only some texts hold: emoji, also of several code points, and writing from right to left. */
export const flourishes = inQuotes(
  ...['😍', '👍🏽', '🔥🔥🔥', '👩‍👧‍👦', '🇵🇹', '¯\\_(ツ)_/¯', '最高です', 'Größe stimmt!'],
  ...['مقاس ممتاز', 'מידה מושלמת', 'شكرا جزيلا!', 'תודה רבה 🙏'],
);

export const firstNames = inQuotes(
  ...['anna', 'ben', 'carla', 'dmitri', 'elise', 'farid', 'gwen', 'hiro', 'ines', 'jonas', 'kemal', 'lucia'],
  ...['maya', 'nils', 'olga', 'pablo', 'quinn', 'rosa', 'sam', 'tove', 'uma', 'victor', 'wanda', 'yusuf'],
);

export const lastNames = inQuotes(
  ...['almeida', 'becker', 'castro', 'dubois', 'eriksen', 'fischer', 'garcia', 'haddad', 'ito', 'jansen'],
  ...['kowalski', 'larsen', 'moreau', 'novak', 'okafor', 'park', 'rossi', 'silva', 'tanaka', 'ueda'],
  ...['vasquez', 'weber', 'yilmaz', 'zhang'],
);

/** Names that are not plain ASCII, or that hold what must be quoted. */
export const rareNames = inQuotes(
  ...['Zoë', 'Øyvind', 'Łukasz', 'محمد', 'נועה', '陽子', 'Sam "Shoes" O\'Neil', 'de la Cruz, María', '🧥fan'],
);

export const mailHosts = inQuotes('example.com', 'example.org', 'example.net');
