import { test } from 'vitest';
import { mlflowSuite } from './testdata/suite.ts';

// A server that serves artifacts, such as `mlflow server --host 127.0.0.1`; `npm run test:integrations` starts one.
const url = process.env['LEEWAY_TEST_MLFLOW_URL'];

if (url) mlflowSuite('a real MLflow', () => ({ url }));
else test.skip('no MLflow is there: LEEWAY_TEST_MLFLOW_URL is not set', () => {});
