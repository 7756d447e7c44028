import { quadraticFormSurvival } from './quadratic-form-survival.ts';

/**
 * P(A > a) for the limiting distribution of the Anderson-Darling statistic of one sample, or of two (k = 2):
 * chi-squared variables weighing 1 / (j (j + 1)). Relative error below 1e-10.
 *
 * Source: Anderson and Darling (1952), Annals of Mathematical Statistics 23; the closed form of the product follows
 * from DLMF 5.4.4.
 */
export function andersonDarlingSurvival(a: number): number {
  if (a < 0.04) return 1;
  return quadraticFormSurvival(
    a,
    (j) => j * (j + 1),
    (u) => Math.cos((Math.PI / 2) * Math.sqrt(1 + 4 * u)) / (Math.PI * u),
  );
}
