import { jensenShannonDistance } from '../jensen-shannon.ts';
import type { CompatibilityMode } from './mode.ts';
import { psiBy, zeroRules } from './zero-rules.ts';

/**
 * Azure Machine Learning's model monitoring: Wasserstein over the reference's deviation for numbers, the Jensen-Shannon
 * distance in base 2 for categories; PSI with one row more in every cell. Its edges of numbers are not described.
 */
export const azure: CompatibilityMode = {
  id: 'azure',
  label: 'Azure Machine Learning',
  source: 'Azure/azureml-assets, data_drift_compute_metrics',
  choose: ({ kind }) => (kind === 'numeric' ? 'wasserstein' : 'jensen_shannon'),
  thresholds: {},
  variants: {
    psi: (cells) => ({ statistic: psiBy(zeroRules.azure, cells), pValue: null }),
    jensen_shannon: (cells) => ({ statistic: jensenShannonDistance(cells), pValue: null }),
  },
};
