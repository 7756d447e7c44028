// A whole server over a data directory, told where it is: `fork(file, [data directory, configuration as JSON])`.
import { LeewayError } from '@leeway/contract';
import { createToken } from '../../access/tokens.ts';
import { App } from '../../app/app.ts';
import { rawDocument } from '../../config/load.ts';
import { createLogger } from '../../platform/log.ts';

const [dataDir, document] = process.argv.slice(2) as [string, string];
try {
  const app = await App.open({
    dataDir,
    port: 0,
    config: rawDocument(JSON.parse(document)),
    log: createLogger('silent'),
  });
  const url = await app.start({ work: false });
  const token = await createToken(app.ctx, 'test', { name: 'test', role: 'admin' });
  process.send!({ url, token });
} catch (error) {
  process.send!({ refused: error instanceof LeewayError ? error.code : String(error) });
  process.disconnect();
}
process.on('disconnect', () => process.exit());
