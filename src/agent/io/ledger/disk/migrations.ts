/**
 * The ledger's tables. Quantities are decimal texts, hours count from the epoch, times are milliseconds since it.
 *
 *   open_hour + tally ──freeze──▶ record ──attempts──▶ receipted | moved | quarantined | ...
 *        ▲                          │
 *        └───────── moved units ────┘          held: units that wait for a person
 *
 * Migrations only add within a major version: each entry brings the schema from its index to the next version.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- acknowledged: raw count of all reports ever taken. carry: raw count that frozen hours left over. written_off: raw
  -- count that is never billed. last_receipt: the token of the newest record that AWS has taken.
  CREATE TABLE dimension (
    name TEXT PRIMARY KEY,
    acknowledged TEXT NOT NULL,
    carry TEXT NOT NULL,
    written_off TEXT NOT NULL,
    conflicts INTEGER NOT NULL,
    last_receipt TEXT
  ) STRICT, WITHOUT ROWID;

  -- Running totals of records, so that a status need not read them all.
  CREATE TABLE total (
    dimension TEXT NOT NULL,
    state TEXT NOT NULL,
    units TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (dimension, state)
  ) STRICT, WITHOUT ROWID;

  -- moved: units from hours that could not be sent; origin: the oldest hour among them and this one.
  CREATE TABLE open_hour (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    definition TEXT NOT NULL,
    moved TEXT NOT NULL,
    origin INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour)
  ) STRICT, WITHOUT ROWID;

  -- One row for each open hour, dimension and tag set; tags is '' for the untagged bucket.
  CREATE TABLE tally (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    tags TEXT NOT NULL,
    counted TEXT NOT NULL,
    reports INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour, tags)
  ) STRICT, WITHOUT ROWID;

  -- counted, carried_in, carried_out: raw. moved_in, own, to_next, held, quantity: units; own + moved_in = quantity + to_next + held.
  CREATE TABLE record (
    token TEXT PRIMARY KEY,
    previous TEXT NOT NULL,
    serial INTEGER NOT NULL UNIQUE,
    resource TEXT NOT NULL,
    product TEXT NOT NULL,
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    definition TEXT NOT NULL,
    counted TEXT NOT NULL,
    reports INTEGER NOT NULL,
    carried_in TEXT NOT NULL,
    carried_out TEXT NOT NULL,
    moved_in TEXT NOT NULL,
    own TEXT NOT NULL,
    to_next TEXT NOT NULL,
    held TEXT NOT NULL,
    quantity TEXT NOT NULL,
    decimals INTEGER NOT NULL,
    state TEXT NOT NULL,
    doubt INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_answer TEXT,
    request_id TEXT,
    record_id TEXT,
    moved_to INTEGER,
    reason TEXT,
    frozen_at INTEGER NOT NULL,
    settled_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX record_by_hour ON record (resource, dimension, hour);
  CREATE INDEX record_unsettled ON record (hour) WHERE state IN ('sending', 'waiting');
  CREATE INDEX record_notable ON record (hour) WHERE state IN ('sending', 'waiting', 'conflict', 'quarantined', 'held');

  CREATE TABLE attempt (
    token TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    answer TEXT NOT NULL,
    request_id TEXT,
    PRIMARY KEY (token, number)
  ) STRICT, WITHOUT ROWID;

  -- Units that wait for a person: above maxPerHour, or after three conflicts in a row.
  CREATE TABLE held (
    id INTEGER PRIMARY KEY,
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    units TEXT NOT NULL,
    reason TEXT NOT NULL,
    released_to INTEGER
  ) STRICT;

  -- Hours without any record whose count went wholly into the carry.
  CREATE TABLE folded (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    counted TEXT NOT NULL,
    reports INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE awake (hour INTEGER PRIMARY KEY) STRICT;

  -- What a person said about a record, for ever.
  CREATE TABLE resolution (
    token TEXT NOT NULL,
    at INTEGER NOT NULL,
    resolved_as TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (token, at)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Hours of which a record went to AWS that this ledger does not have: they were in one that was lost.
  CREATE TABLE used_hour (
    resource TEXT NOT NULL,
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    PRIMARY KEY (resource, dimension, hour)
  ) STRICT, WITHOUT ROWID;

  -- What was lost, in words, and what a person said to it.
  CREATE TABLE loss (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    acknowledged_at INTEGER,
    why TEXT
  ) STRICT;
  `,
  `
  -- Tag sets of the units in open_hour.moved; what no row names of them is untagged.
  CREATE TABLE moved_share (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    tags TEXT NOT NULL,
    units TEXT NOT NULL,
    PRIMARY KEY (dimension, hour, tags)
  ) STRICT, WITHOUT ROWID;

  -- Raw count that each tag set is owed; below zero it is ahead. With the untagged bucket's ('') they sum to dimension.carry.
  -- No rows where nothing is tagged.
  CREATE TABLE balance (
    dimension TEXT NOT NULL,
    tags TEXT NOT NULL,
    owed TEXT NOT NULL,
    PRIMARY KEY (dimension, tags)
  ) STRICT, WITHOUT ROWID;

  -- JSON of [tag set, units] pairs that sum to the record's quantity. No row where nothing is tagged.
  CREATE TABLE allocation (token TEXT PRIMARY KEY, shares TEXT NOT NULL) STRICT;

  -- JSON of [tag set, units] pairs; what they do not name of the units is untagged.
  ALTER TABLE held ADD COLUMN shares TEXT;

  -- 2: AWS refused the allocations of 1, which was certainly not stored; it is the same without them.
  ALTER TABLE record ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
  DROP INDEX record_by_hour;
  CREATE UNIQUE INDEX record_by_hour ON record (resource, dimension, hour, version);
  `,
  `
  -- The last reading of each counter series; name: 128 bits of SHA-256 over source and tags. reading is '' when a person has
  -- freed the series: the next one is where it begins. resets: JSON of the times within the last hour.
  CREATE TABLE series (
    dimension TEXT NOT NULL,
    name BLOB NOT NULL,
    source TEXT NOT NULL,
    start INTEGER,
    at INTEGER NOT NULL,
    reading TEXT NOT NULL,
    resets TEXT NOT NULL,
    held_at INTEGER,
    PRIMARY KEY (dimension, name)
  ) STRICT, WITHOUT ROWID;

  -- Levels that hold until the next report; counted_until: what they came to until then is in tally.
  CREATE TABLE level (
    dimension TEXT PRIMARY KEY,
    level TEXT NOT NULL,
    reported INTEGER NOT NULL,
    counted_until INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Stretches of time in which an agent was alive here, by the wall clock.
  CREATE TABLE lived (since INTEGER PRIMARY KEY, until INTEGER NOT NULL) STRICT;

  -- The time of the newest report of an open hour, for the meter last.
  CREATE TABLE latest (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour)
  ) STRICT, WITHOUT ROWID;

  -- What was seen in the period that ends with an hour; name: 128 bits of SHA-256. sighted: how many they are.
  CREATE TABLE sighting (
    dimension TEXT NOT NULL,
    ends INTEGER NOT NULL,
    name BLOB NOT NULL,
    PRIMARY KEY (dimension, ends, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE sighted (
    dimension TEXT NOT NULL,
    ends INTEGER NOT NULL,
    things INTEGER NOT NULL,
    PRIMARY KEY (dimension, ends)
  ) STRICT, WITHOUT ROWID;

  -- Units that went back into the carry as raw count (own below zero), and that raw count (spent below zero).
  ALTER TABLE folded ADD COLUMN own TEXT NOT NULL DEFAULT '0';
  ALTER TABLE folded ADD COLUMN spent TEXT NOT NULL DEFAULT '0';

  -- acknowledged is from now on the raw count of meters that add up. Before, it was of all: a dimension that has only been a
  -- maximum begins anew, one that has been both cannot be proven by its raw counts any more.
  CREATE TEMP TABLE metered AS
    SELECT dimension, json_extract(definition, '$.meter') AS meter FROM record
    UNION SELECT dimension, json_extract(definition, '$.meter') FROM open_hour;
  UPDATE dimension SET acknowledged = '0'
    WHERE name IN (SELECT dimension FROM metered WHERE meter = 'max')
    AND name NOT IN (SELECT dimension FROM metered WHERE meter = 'sum');
  INSERT INTO meta SELECT 'was_both', json_group_array(name) FROM dimension
    WHERE name IN (SELECT dimension FROM metered WHERE meter = 'max')
    AND name IN (SELECT dimension FROM metered WHERE meter = 'sum') HAVING count(*) > 0;
  DROP TABLE metered;
  `,
  `
  -- Whose usage a carry is: it is never billed under another product.
  CREATE TABLE carry_product (dimension TEXT PRIMARY KEY, product TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- How the hour was metered whose units are held: an hour of held units alone has no record.
  ALTER TABLE held ADD COLUMN definition TEXT;
  `,
  `
  -- Records and folded hours that are too old to be kept one by one, added up; state 'folded' is the latter's. own: units made
  -- of counts; spent: the raw count that went into them.
  CREATE TABLE past (
    dimension TEXT NOT NULL,
    state TEXT NOT NULL,
    units TEXT NOT NULL,
    records INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    own TEXT NOT NULL,
    spent TEXT NOT NULL,
    PRIMARY KEY (dimension, state)
  ) STRICT, WITHOUT ROWID;
  `,
];
