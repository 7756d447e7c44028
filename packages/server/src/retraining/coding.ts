import type { ModelConfig } from '@leeway/contract';
import type { Prediction } from '../gateway/runtime.ts';
import type { Said } from './gates/gate.ts';
import type { Holdout } from './holdout.ts';

/** Turns labels and predictions into numbers: of a binary model 1 for positive, of others the position of the class. */
export class Coding {
  readonly labels: Float64Array;
  readonly classes: string[];
  readonly #task: ModelConfig['task'];
  readonly #codes: Map<string, number>;

  constructor({ task, columns: { positive } }: ModelConfig, { label }: Pick<Holdout, 'label'>) {
    this.#task = task;
    const names = label.kind === 'numeric' ? [] : label.categories.toSorted();
    // A binary model has the code 0 for whatever its other class is called: the first other name that comes.
    this.classes = task === 'binary' ? ['', positive] : names;
    this.#codes = new Map(this.classes.map((name, code) => [name, code]));
    this.labels =
      label.kind === 'numeric'
        ? label.values
        : Float64Array.from(label.codes, (code) => this.#code(label.categories[code] ?? ''));
  }

  /** @throws Error when a prediction is no class of the model, or no number. */
  encode({ prediction, score, scores: ofClasses }: Prediction): Said {
    const predicted =
      prediction instanceof Float64Array ? prediction : Float64Array.from(prediction, (said) => this.#code(said));
    for (const [name, values] of [
      ['prediction', predicted],
      ['score', score],
      ...Array.from(ofClasses ?? [], ([name, values]) => [`probability of ${name}`, values] as const),
    ] as const) {
      const bad = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
      if (bad >= 0) throw new Error(`the ${name} of held-out row ${bad} is ${values![bad]}, expected a finite number`);
    }
    return { predicted, scores: this.#task === 'binary' ? score : null, ofClasses };
  }

  #code(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    if (this.#task !== 'binary') return this.#add(name, this.classes.length);
    if (this.classes[0] === '') return this.#add(name, 0);
    throw new Error(`it says "${name}", but the classes are "${this.classes[0]}" and "${this.classes[1]}"`);
  }

  #add(name: string, code: number): number {
    this.classes[code] = name;
    this.#codes.set(name, code);
    return code;
  }
}
