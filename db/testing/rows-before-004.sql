-- The data files of app/testing/rows, in the tables as they were before migration 004.
insert into catalogue.product (product_id, position, default_price, name, slogan, description, category) values
  (1, 1, 140, 'Camouflage Suit', 'Never seen, always noticed', 'A one-piece, with "quotes", commas', 'Jackets'),
  (2, 2, 69, 'Sunny Glasses', 'Look up', 'Dark when it is bright.', 'Accessories'),
  (3, 3, 40, 'Early Trousers', 'Up before you', 'For mornings.', 'Pants'),
  (4, 4, 65, 'Late Trousers', 'Later', 'For evenings.', 'Pants'),
  (5, 5, 5000000, 'Pebble', 'Rare', 'One of a kind.', 'Accessories'),
  (6, 6, 0, 'حذاء 👟', 'naïve \ "back\\slash"', E'two\nlines\tand a tab', 'Kicks');

insert into catalogue.feature values
  (1, 2, 'Buttons', 'Brass'), (1, 1, 'Fabric', 'Canvas'),
  (2, 3, 'UV Protection', null), (2, 4, 'Frame', 'null'),
  (4, 5, 'Cut', 'Loose');

insert into catalogue.style (product_id, style_id, original_price, sale_price, is_default, name) values
  (1, 2, 140, 100, false, 'Ocean'), (1, 1, 140, null, false, 'Forest'), (1, 3, 500000000, null, false, 'Gold'),
  (2, 7, 69, null, false, 'Black'), (2, 8, 69, null, true, 'White'),
  (3, 9, 40, 35, true, 'Grey');

insert into catalogue.photo values
  (1, 1, 2, 'https://images.example/2?a=1&b=2', 'https://images.example/2s'),
  (1, 1, 1, 'https://images.example/1', 'https://images.example/1s'),
  (1, 2, 3, 'https://images.example/3', 'https://images.example/3s'),
  (3, 9, 4, 'https://images.example/4', 'https://images.example/4s');

insert into catalogue.sku (product_id, style_id, sku_id, quantity, size) values
  (1, 1, 6, 4, 'XL'), (1, 1, 5, 15, 'XL'), (1, 1, 1, 8, 'XS'),
  (1, 2, 12, 0, '7.5'), (1, 2, 13, 11, '11'),
  (3, 9, 14, 3, 'S');

insert into catalogue.related values
  (1, 1, 2), (1, 2, 3), (1, 4, 999),
  (3, 5, 4), (3, 6, 4), (3, 7, 3), (3, 8, 1);

insert into qa.question
  (product_id, question_id, helpful, reported, user_written, date_written, body, asker_name, asker_email) values
  (1, 1, 1, false, false, timestamptz '2018-01-04 04:41:44.123Z', 'What fabric is it?', 'yankeelover', 'first@mail.example'),
  (1, 2, 9, true, false, timestamptz '2018-09-09 00:00:00Z', 'A reported question', 'jbilas', 'second@mail.example'),
  (1, 3, 4, false, false, timestamptz '2020-12-31 23:59:59.999Z', 'Does it run small?', 'jbilas', 'second@mail.example'),
  (1, 4, 4, false, false, timestamptz '2021-01-01 00:00:00Z', 'How long is it?', 'toofast', 'third@mail.example'),
  (1, 5, 0, false, false, timestamptz '2021-01-02 00:00:00Z', 'How long will it last? 👟', 'bobby', 'fourth@mail.example'),
  (1, 6, 2, false, false, timestamptz '2021-01-03 00:00:00Z', 'Is it green?', 'green', 'fifth@mail.example'),
  (1, 7, 3, false, false, timestamptz '2021-01-04 00:00:00Z', 'Is it warm?', 'warm', 'sixth@mail.example'),
  (2, 8, 0, false, false, timestamptz '2021-01-05 00:00:00Z', 'Are they dark?', 'dark', 'seventh@mail.example'),
  (77, 9, 0, false, false, timestamptz '2021-01-06 00:00:00Z', 'A question about a product that is not there', 'lost', 'lost@mail.example');

insert into qa.answer
  (product_id, question_id, answer_id, helpful, reported, user_written, date_written, body, answerer_name, answerer_email) values
  (1, 1, 5, 5, false, false, timestamptz '2018-01-05 00:00:00.010Z', 'Something soft', 'metslover', 'first@mail.example'),
  (1, 1, 6, 8, false, false, timestamptz '2018-01-06 00:00:00Z', 'Canvas', 'Seller', 'seller@mail.example'),
  (1, 1, 7, 9, true, false, timestamptz '2018-01-07 00:00:00Z', 'A reported answer', 'rude', 'rude@mail.example'),
  (1, 1, 8, 5, false, false, timestamptz '2018-01-08 00:00:00Z', 'It''s "the" best', 'metslover', 'first@mail.example'),
  (1, 2, 9, 1, false, false, timestamptz '2018-01-09 00:00:00Z', 'An answer to a reported question', 'quick', 'quick@mail.example'),
  (1, 2, 10, 1, true, false, timestamptz '2018-01-09 00:00:00Z', 'A reported answer to it', 'quick', 'quick@mail.example');

insert into qa.answer_photo (product_id, question_id, answer_id, photo_id, url) values
  (1, 1, 5, 2, 'https://images.example/b'), (1, 1, 5, 1, 'https://images.example/a');

select setval(pg_get_serial_sequence('qa.question', 'question_id'), 100),
       setval(pg_get_serial_sequence('qa.answer', 'answer_id'), 100),
       setval(pg_get_serial_sequence('qa.answer_photo', 'photo_id'), 100);
