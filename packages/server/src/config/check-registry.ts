import type { Config } from '@leeway/contract';
import { mustBe, type Note } from './must-be.ts';

/** What the registry names has to be there. */
export function checkRegistry({ registry, models }: Config, note: Note): void {
  const names = models.map((model) => model.name);
  for (const name of Object.keys(registry.mlflow?.models ?? {})) {
    mustBe(name, names, 'model', ['registry', 'mlflow', 'models', name], note);
  }
  if (registry.mlflow?.token !== undefined && registry.mlflow.user !== undefined) {
    note(['registry', 'mlflow', 'token'], 'stands beside a user; give either a token, or a user and a password');
  }
  for (const [i, { model }] of (registry.wandb?.collections ?? []).entries()) {
    mustBe(model, names, 'model', ['registry', 'wandb', 'collections', i, 'model'], note);
  }
}
