import { quadraticFormSurvival } from './quadratic-form-survival.ts';

/**
 * P(W > w) for the limiting distribution of the Cramér-von Mises statistic: chi-squared variables weighing
 * 1 / (j pi)^2. Relative error below 1e-10.
 *
 * Source: Anderson and Darling (1952), Annals of Mathematical Statistics 23.
 */
export function cramerVonMisesSurvival(w: number): number {
  if (w < 0.003) return 1;
  return quadraticFormSurvival(
    w,
    (j) => (j * Math.PI) ** 2,
    (u) => Math.sin(Math.sqrt(u)) / Math.sqrt(u),
  );
}
