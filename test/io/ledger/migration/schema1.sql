-- A ledger as schema version 1 wrote it, records in many states, attempts after the second left out. Never edit it: it
-- stands for files that are out there.
PRAGMA user_version = 1;
CREATE TABLE attempt (
    token TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    answer TEXT NOT NULL,
    request_id TEXT,
    PRIMARY KEY (token, number)
  ) STRICT, WITHOUT ROWID;
INSERT INTO attempt VALUES ('13797a1590c641382d602e2b669cefc5cc70bbe8f9a5a4129b89c63c8211f071', 1, 1772362980747, 'InvalidUsageDimensionException: The usage dimension sevenths does not match one of the UsageDimensions associated with products.', 'request-4');
INSERT INTO attempt VALUES ('13797a1590c641382d602e2b669cefc5cc70bbe8f9a5a4129b89c63c8211f071', 2, 1772363040498, 'InvalidUsageDimensionException: The usage dimension sevenths does not match one of the UsageDimensions associated with products.', 'request-7');
INSERT INTO attempt VALUES ('49138e151e3e9e7d5b63ae85d91dfbf07f95d2ee6b9262b504fcb2b1d0c1137d', 1, 1772362980000, 'InvalidUsageDimensionException: The usage dimension decimal does not match one of the UsageDimensions associated with products.', 'request-1');
INSERT INTO attempt VALUES ('49138e151e3e9e7d5b63ae85d91dfbf07f95d2ee6b9262b504fcb2b1d0c1137d', 2, 1772363040000, 'InvalidUsageDimensionException: The usage dimension decimal does not match one of the UsageDimensions associated with products.', 'request-5');
INSERT INTO attempt VALUES ('56f351aebb613dbc8705d9177e0940c9ee9e522882c95c5fb9e1c188c4ee65c8', 1, 1772366580249, 'CustomerNotEntitledException: as ordered', 'request-70');
INSERT INTO attempt VALUES ('56f351aebb613dbc8705d9177e0940c9ee9e522882c95c5fb9e1c188c4ee65c8', 2, 1772366640249, 'CustomerNotEntitledException: as ordered', 'request-72');
INSERT INTO attempt VALUES ('6ea60d1f3d62c74a63a1fd4d698c34463ce721804123a8fde3f85d9400782603', 1, 1772383800000, 'InvalidUsageDimensionException: The usage dimension decimal does not match one of the UsageDimensions associated with products.', 'request-555');
INSERT INTO attempt VALUES ('6ea60d1f3d62c74a63a1fd4d698c34463ce721804123a8fde3f85d9400782603', 2, 1772383980000, 'InvalidUsageDimensionException: The usage dimension decimal does not match one of the UsageDimensions associated with products.', 'request-559');
INSERT INTO attempt VALUES ('6f35648fba5f517f0376461a426dff41a04d38dce4bce50022639e2d9e83bb75', 1, 1772362980498, 'accepted', 'request-3');
INSERT INTO attempt VALUES ('720e4f2d928f270bde18793c9c98808209c15195b03e7787484931893af81a1c', 1, 1772388180000, 'not sent: connect ECONNREFUSED', NULL);
INSERT INTO attempt VALUES ('720e4f2d928f270bde18793c9c98808209c15195b03e7787484931893af81a1c', 2, 1772388240000, 'not sent: connect ECONNREFUSED', NULL);
INSERT INTO attempt VALUES ('b478168929ae960ebe4e7fc3de23fdd1744706dac4771b47924673e4ffa17484', 1, 1772362980249, 'InvalidUsageDimensionException: The usage dimension peak does not match one of the UsageDimensions associated with products.', 'request-2');
INSERT INTO attempt VALUES ('b478168929ae960ebe4e7fc3de23fdd1744706dac4771b47924673e4ffa17484', 2, 1772363040249, 'InvalidUsageDimensionException: The usage dimension peak does not match one of the UsageDimensions associated with products.', 'request-6');
INSERT INTO attempt VALUES ('c96c2e44d31129937d0e0f922d66d4161032a73b8b6fc1b8400ad6536fac83fa', 1, 1772383800249, 'CustomerNotEntitledException: as ordered', 'request-556');
INSERT INTO attempt VALUES ('c96c2e44d31129937d0e0f922d66d4161032a73b8b6fc1b8400ad6536fac83fa', 2, 1772383860000, 'CustomerNotEntitledException: as ordered', 'request-557');
INSERT INTO attempt VALUES ('f72189dbdbaeb7950bb0a15402054a049e4f093cde177b0f11b90c5a76e2ad8b', 1, 1772388180249, 'not sent: connect ECONNREFUSED', NULL);
INSERT INTO attempt VALUES ('f72189dbdbaeb7950bb0a15402054a049e4f093cde177b0f11b90c5a76e2ad8b', 2, 1772388240249, 'not sent: connect ECONNREFUSED', NULL);
CREATE TABLE awake (hour INTEGER PRIMARY KEY) STRICT;
INSERT INTO awake VALUES (492322);
INSERT INTO awake VALUES (492323);
INSERT INTO awake VALUES (492324);
INSERT INTO awake VALUES (492325);
INSERT INTO awake VALUES (492326);
INSERT INTO awake VALUES (492327);
INSERT INTO awake VALUES (492328);
INSERT INTO awake VALUES (492329);
INSERT INTO awake VALUES (492330);
CREATE TABLE dimension (
    name TEXT PRIMARY KEY,
    acknowledged TEXT NOT NULL,
    carry TEXT NOT NULL,
    written_off TEXT NOT NULL,
    conflicts INTEGER NOT NULL,
    last_receipt TEXT
  ) STRICT, WITHOUT ROWID;
INSERT INTO dimension VALUES ('decimal', '57.1254', '0.0004', '0', 0, NULL);
INSERT INTO dimension VALUES ('peak', '25', '0', '0', 0, NULL);
INSERT INTO dimension VALUES ('requests', '210.5', '0', '0', 0, '6f35648fba5f517f0376461a426dff41a04d38dce4bce50022639e2d9e83bb75');
INSERT INTO dimension VALUES ('sevenths', '133', '0', '0', 0, NULL);
CREATE TABLE folded (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    counted TEXT NOT NULL,
    reports INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour)
  ) STRICT, WITHOUT ROWID;
INSERT INTO folded VALUES ('sevenths', 492323, '3', 1);
CREATE TABLE held (
    id INTEGER PRIMARY KEY,
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    units TEXT NOT NULL,
    reason TEXT NOT NULL,
    released_to INTEGER
  ) STRICT;
INSERT INTO held VALUES (1, 'decimal', 492322, '30.25', 'above maxPerHour', NULL);
CREATE TABLE ids_492322 (name BLOB PRIMARY KEY, content BLOB NOT NULL, answer TEXT) STRICT, WITHOUT ROWID;
INSERT INTO ids_492322 VALUES (X'85a0aaf389421026f26783df3f9d08f2', X'2514f8c13277ce5375a58349b339ca8e', NULL);
CREATE TABLE ids_492323 (name BLOB PRIMARY KEY, content BLOB NOT NULL, answer TEXT) STRICT, WITHOUT ROWID;
INSERT INTO ids_492323 VALUES (X'2ccc16c1ba90c04eb9a746d99e893ffe', X'ec28509f6c0ab2a61beced5e4215aa3e', NULL);
CREATE TABLE ids_492329 (name BLOB PRIMARY KEY, content BLOB NOT NULL, answer TEXT) STRICT, WITHOUT ROWID;
INSERT INTO ids_492329 VALUES (X'42d457d8d3605c5370321b3ebd676456', X'1709905683dd065b2b18da78f26cca75', NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('first_hour', '492322');
INSERT INTO meta VALUES ('id', '2f098e90b5931787');
INSERT INTO meta VALUES ('last_write', '1772389140000');
INSERT INTO meta VALUES ('mode', 'send');
INSERT INTO meta VALUES ('open', 'no');
INSERT INTO meta VALUES ('resource', 'task/one');
CREATE TABLE open_hour (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    definition TEXT NOT NULL,
    moved TEXT NOT NULL,
    origin INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour)
  ) STRICT, WITHOUT ROWID;
INSERT INTO open_hour VALUES ('peak', 492330, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"max","per":"1","decimals":0,"rounding":"down"}', '0', 492330);
INSERT INTO open_hour VALUES ('requests', 492330, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"1","decimals":0,"rounding":"down"}', '0', 492330);
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
INSERT INTO record VALUES ('13797a1590c641382d602e2b669cefc5cc70bbe8f9a5a4129b89c63c8211f071', '6f35648fba5f517f0376461a426dff41a04d38dce4bce50022639e2d9e83bb75', 4, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'sevenths', 492322, 492322, 1772362799000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"7","decimals":0,"rounding":"down"}', '30', 1, '0', '2', '0', '4', '0', '0', '4', 0, 'quarantined', 0, 100, 'InvalidUsageDimensionException: The usage dimension sevenths does not match one of the UsageDimensions associated with products.', 'request-528', NULL, NULL, 'the window closed while AWS refused it', 1772362980747, 1772380260000);
INSERT INTO record VALUES ('49138e151e3e9e7d5b63ae85d91dfbf07f95d2ee6b9262b504fcb2b1d0c1137d', '0000000000000000000000000000000000000000000000000000000000000000', 1, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'decimal', 492322, 492322, 1772362799000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"0.5","decimals":3,"rounding":"down"}', '45.125', 1, '0', '0', '0', '90.25', '0', '30.25', '60', 3, 'quarantined', 0, 101, 'InvalidUsageDimensionException: The usage dimension decimal does not match one of the UsageDimensions associated with products.', 'request-526', NULL, NULL, 'the window closed while AWS refused it', 1772362980000, 1772380260000);
INSERT INTO record VALUES ('56f351aebb613dbc8705d9177e0940c9ee9e522882c95c5fb9e1c188c4ee65c8', '13797a1590c641382d602e2b669cefc5cc70bbe8f9a5a4129b89c63c8211f071', 5, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'requests', 492323, 492323, 1772366399000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"1","decimals":0,"rounding":"down"}', '41', 1, '0', '0', '0', '41', '0', '0', '41', 0, 'quarantined', 0, 252, 'CustomerNotEntitledException: as ordered', 'request-554', NULL, NULL, 'the window closed while AWS refused it', 1772366580249, 1772383800000);
INSERT INTO record VALUES ('6ea60d1f3d62c74a63a1fd4d698c34463ce721804123a8fde3f85d9400782603', '56f351aebb613dbc8705d9177e0940c9ee9e522882c95c5fb9e1c188c4ee65c8', 6, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'decimal', 492324, 492324, 1772369999000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"0.5","decimals":3,"rounding":"down"}', '12.0004', 1, '0', '0.0004', '0', '24', '0', '0', '24', 3, 'quarantined', 0, 27, 'not sent: connect ECONNREFUSED', 'request-607', NULL, NULL, 'the window closed while AWS refused it', 1772383800000, 1772387460000);
INSERT INTO record VALUES ('6f35648fba5f517f0376461a426dff41a04d38dce4bce50022639e2d9e83bb75', 'b478168929ae960ebe4e7fc3de23fdd1744706dac4771b47924673e4ffa17484', 3, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'requests', 492322, 492322, 1772362799000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"1","decimals":0,"rounding":"down"}', '40', 1, '0', '0', '0', '40', '0', '0', '40', 0, 'receipted', 0, 1, 'accepted', 'request-3', 'e9b84aed-cd2e-4590-64bc-1173f6d8c711', NULL, NULL, 1772362980498, 1772362980498);
INSERT INTO record VALUES ('720e4f2d928f270bde18793c9c98808209c15195b03e7787484931893af81a1c', 'c96c2e44d31129937d0e0f922d66d4161032a73b8b6fc1b8400ad6536fac83fa', 8, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'requests', 492329, 492324, 1772387999000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"1","decimals":0,"rounding":"down"}', '43', 1, '0', '0', '42', '43', '0', '0', '85', 0, 'waiting', 0, 10, 'not sent: connect ECONNREFUSED', NULL, NULL, NULL, NULL, 1772388180000, NULL);
INSERT INTO record VALUES ('b478168929ae960ebe4e7fc3de23fdd1744706dac4771b47924673e4ffa17484', '49138e151e3e9e7d5b63ae85d91dfbf07f95d2ee6b9262b504fcb2b1d0c1137d', 2, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'peak', 492322, 492322, 1772362799000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"max","per":"1","decimals":0,"rounding":"down"}', '9', 3, '0', '0', '0', '9', '0', '0', '9', 0, 'quarantined', 0, 100, 'InvalidUsageDimensionException: The usage dimension peak does not match one of the UsageDimensions associated with products.', 'request-527', NULL, NULL, 'the window closed while AWS refused it', 1772362980249, 1772380260000);
INSERT INTO record VALUES ('c96c2e44d31129937d0e0f922d66d4161032a73b8b6fc1b8400ad6536fac83fa', '6ea60d1f3d62c74a63a1fd4d698c34463ce721804123a8fde3f85d9400782603', 7, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'requests', 492324, 492324, 1772369999000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"1","decimals":0,"rounding":"down"}', '42', 1, '0', '0', '0', '42', '0', '0', '42', 0, 'moved', 0, 53, 'not sent: connect ECONNREFUSED', 'request-608', NULL, 492329, 'the window of 2026-03-01T12Z closed before AWS took it', 1772383800249, 1772387460000);
INSERT INTO record VALUES ('f72189dbdbaeb7950bb0a15402054a049e4f093cde177b0f11b90c5a76e2ad8b', '720e4f2d928f270bde18793c9c98808209c15195b03e7787484931893af81a1c', 9, 'task/one', '4w1vgsrkqdkypbz43g7qkk4uz', 'sevenths', 492329, 492329, 1772387999000, '{"product":"4w1vgsrkqdkypbz43g7qkk4uz","meter":"sum","per":"7","decimals":0,"rounding":"down"}', '100', 1, '5', '0', '0', '15', '0', '0', '15', 0, 'waiting', 0, 10, 'not sent: connect ECONNREFUSED', NULL, NULL, NULL, NULL, 1772388180249, NULL);
CREATE TABLE resolution (
    token TEXT NOT NULL,
    at INTEGER NOT NULL,
    resolved_as TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (token, at)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE tally (
    dimension TEXT NOT NULL,
    hour INTEGER NOT NULL,
    tags TEXT NOT NULL,
    counted TEXT NOT NULL,
    reports INTEGER NOT NULL,
    PRIMARY KEY (dimension, hour, tags)
  ) STRICT, WITHOUT ROWID;
INSERT INTO tally VALUES ('peak', 492330, '', '7', 2);
INSERT INTO tally VALUES ('requests', 492330, '', '44.5', 1);
CREATE TABLE total (
    dimension TEXT NOT NULL,
    state TEXT NOT NULL,
    units TEXT NOT NULL,
    records INTEGER NOT NULL,
    PRIMARY KEY (dimension, state)
  ) STRICT, WITHOUT ROWID;
INSERT INTO total VALUES ('decimal', 'quarantined', '84', 2);
INSERT INTO total VALUES ('decimal', 'sending', '0', 0);
INSERT INTO total VALUES ('decimal', 'waiting', '0', 0);
INSERT INTO total VALUES ('peak', 'quarantined', '9', 1);
INSERT INTO total VALUES ('peak', 'sending', '0', 0);
INSERT INTO total VALUES ('peak', 'waiting', '0', 0);
INSERT INTO total VALUES ('requests', 'moved', '42', 1);
INSERT INTO total VALUES ('requests', 'quarantined', '41', 1);
INSERT INTO total VALUES ('requests', 'receipted', '40', 1);
INSERT INTO total VALUES ('requests', 'sending', '0', 0);
INSERT INTO total VALUES ('requests', 'waiting', '85', 1);
INSERT INTO total VALUES ('sevenths', 'quarantined', '4', 1);
INSERT INTO total VALUES ('sevenths', 'sending', '0', 0);
INSERT INTO total VALUES ('sevenths', 'waiting', '15', 1);
CREATE UNIQUE INDEX record_by_hour ON record (resource, dimension, hour);
CREATE INDEX record_notable ON record (hour) WHERE state IN ('sending', 'waiting', 'conflict', 'quarantined', 'held');
CREATE INDEX record_unsettled ON record (hour) WHERE state IN ('sending', 'waiting');
