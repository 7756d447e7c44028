import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Parquet files of normal, skewed and rounded columns, and of categories; every fifth column lies `moved` away. Made by the
 * engine in `folder`, for its speed only.
 */
export async function makeFiles(folder, files, { rows, columns, categories }) {
  const require = createRequire(new URL('../packages/server/package.json', import.meta.url));
  const { createChdbConnection } = require('chdb/connection');
  const { createClient } = require('@clickhouse/client');
  const client = createClient({ connection: createChdbConnection({ path: join(folder, 'engine') }) });
  for (const { path, moved } of files) {
    const values = Array.from({ length: columns }, (_, i) => {
      const normal = `randNormal(${i % 5 === 0 ? moved : 0}, 1, ${i})`;
      const value = i % 3 === 0 ? normal : i % 3 === 1 ? `exp(${normal})` : `round(${normal}, 3)`;
      return `${value} AS f${i}`;
    });
    for (let i = 0; i < categories; i++) {
      const shift = i % 5 === 0 ? moved * 10 : 0;
      values.push(`concat('value ', toString(least(20, toUInt8(abs(randNormal(${shift}, 5, ${1000 + i})))))) AS c${i}`);
    }
    await client.command({
      query: `INSERT INTO FUNCTION file('${path}', Parquet) SELECT ${values.join(', ')} FROM numbers(${rows})
        SETTINGS output_format_parquet_compression_method = 'snappy', output_format_parquet_string_as_string = 1`,
    });
  }
  await client.close();
}
