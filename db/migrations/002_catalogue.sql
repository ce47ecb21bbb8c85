-- The product overview. product_id leads every primary key, so that all rows of one product lie together on
-- disk. An import builds a whole new schema of this shape beside this one and swaps the two by name
-- (db/import/swap.ts), so nothing here may name the schema from inside (no foreign keys, no functions).
create schema catalogue;

create table catalogue.product (
  product_id    integer primary key,
  position      integer not null,  -- 1, 2, 3 … by product_id, without gaps: page N starts at a known position
  default_price integer not null,  -- whole currency units, as in the data files
  name          text not null,
  slogan        text not null,
  description   text not null,
  category      text not null
);
create index product_position on catalogue.product (position);

create table catalogue.feature (
  product_id integer not null,
  feature_id integer not null,
  feature    text not null,
  value      text,
  primary key (product_id, feature_id)
);

create table catalogue.style (
  product_id     integer not null,
  style_id       integer not null,
  original_price integer not null,
  sale_price     integer check (sale_price > 0),
  is_default     boolean not null,
  name           text not null,
  primary key (product_id, style_id)
);

create table catalogue.photo (
  product_id    integer not null,
  style_id      integer not null,
  photo_id      integer not null,
  url           text not null,
  thumbnail_url text not null,
  primary key (product_id, style_id, photo_id)
);

create table catalogue.sku (
  product_id integer not null,
  style_id   integer not null,
  sku_id     integer not null,
  quantity   integer not null,
  size       text not null,
  primary key (product_id, style_id, sku_id)
);

create table catalogue.related (
  product_id         integer not null,
  position           integer not null,  -- the line in the data file: related products are listed in that order
  related_product_id integer not null,
  primary key (product_id, position)
);

grant usage on schema catalogue to elier_app;
grant select on all tables in schema catalogue to elier_app;
