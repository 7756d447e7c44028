import { ingestSuite } from '../testing/suites/ingest.ts';

ingestSuite('embedded');
