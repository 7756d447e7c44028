import { monitoringSuite } from '../testing/suites/monitoring.ts';

monitoringSuite('served');
