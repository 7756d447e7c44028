import type { Warehouse } from './warehouse.ts';

/**
 * The tables that every warehouse has, in order; a landed migration is never changed. The tables of a model come from its
 * columns and are kept in step by `syncModelTables`.
 */
const MIGRATIONS: readonly (readonly [name: string, statements: readonly string[]])[] = [
  [
    '0001_initial',
    [
      `CREATE TABLE IF NOT EXISTS measurements (
        model LowCardinality(String), monitor LowCardinality(String), metric LowCardinality(String), column LowCardinality(String),
        slice String, version LowCardinality(String), window_start DateTime64(3, 'UTC'), window_end DateTime64(3, 'UTC'),
        revision UInt32, value Nullable(Float64), lower Nullable(Float64), upper Nullable(Float64), n UInt64,
        coverage Nullable(Float64), reference Nullable(Float64), threshold Nullable(Float64), status LowCardinality(String),
        reason String, detail String, computed_at DateTime64(3, 'UTC')
      ) ENGINE = ReplacingMergeTree(computed_at)
      PARTITION BY toYYYYMM(window_start)
      ORDER BY (model, monitor, metric, column, slice, version, window_start, revision)`,
      `CREATE TABLE IF NOT EXISTS profiles (
        model LowCardinality(String), version LowCardinality(String), slice String, column LowCardinality(String),
        bucket_start DateTime64(3, 'UTC'), bucket_end DateTime64(3, 'UTC'), reference String, summary String,
        computed_at DateTime64(3, 'UTC')
      ) ENGINE = ReplacingMergeTree(computed_at)
      PARTITION BY toYYYYMM(bucket_start)
      ORDER BY (model, reference, slice, column, version, bucket_start, bucket_end)`,
      `CREATE TABLE IF NOT EXISTS quarantine (
        model LowCardinality(String), kind LowCardinality(String), received DateTime64(3, 'UTC'), code LowCardinality(String),
        message String, row String
      ) ENGINE = MergeTree PARTITION BY toYYYYMM(received) ORDER BY (model, received)`,
    ],
  ],
  [
    '0002_feedback',
    [
      // Few rows beside the predictions, in one table: the last one of an id counts.
      `CREATE TABLE IF NOT EXISTS feedback (
        model LowCardinality(String), id String, prediction String, time DateTime64(3, 'UTC'), received DateTime64(3, 'UTC'),
        rating Nullable(Float64), correction Nullable(String), comment String, answers Map(String, String),
        source LowCardinality(String), seq UInt64
      ) ENGINE = ReplacingMergeTree(seq) ORDER BY (model, id)`,
    ],
  ],
  [
    '0003_kpis',
    [
      // A number over time; the last one of a time counts.
      `CREATE TABLE IF NOT EXISTS kpis (
        model LowCardinality(String), name LowCardinality(String), time DateTime64(3, 'UTC'), value Nullable(Float64),
        received DateTime64(3, 'UTC'), seq UInt64
      ) ENGINE = ReplacingMergeTree(seq) ORDER BY (model, name, time)`,
    ],
  ],
];

export async function migrateWarehouse(warehouse: Warehouse): Promise<void> {
  await warehouse.createTable(
    'CREATE TABLE IF NOT EXISTS migrations (name String, at DateTime) ENGINE = MergeTree ORDER BY name',
  );
  const done = new Set((await warehouse.query<{ name: string }>('SELECT name FROM migrations')).map((row) => row.name));
  for (const [name, statements] of MIGRATIONS) {
    if (done.has(name)) continue;
    // Every statement is idempotent: two replicas that start at once may both run it.
    for (const statement of statements) await warehouse.createTable(statement, `migrate/${name}`);
    await warehouse.insert('migrations', [{ name, at: Math.floor(Date.now() / 1000) }]);
  }
}
