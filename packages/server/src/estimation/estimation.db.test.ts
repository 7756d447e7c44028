import type { Measurement } from '@leeway/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../monitoring/check.ts';
import { readMeasurements } from '../monitoring/measurements.ts';
import { openTestApp, type TestApp } from '../testing/app.ts';
import { DAY, documentOf, HOUR, MINUTE, modelConfig, random, START } from '../testing/models.ts';
import { calibrationFor, refusalOf } from './calibration.ts';
import { storeEvaluatedClasses, storeEvaluatedScores } from './store.ts';

const monitor = {
  name: 'daily',
  window: '1d',
  grace: '10m',
  maturity: { delay: '1d', coverage: 0.8, timeout: '3d', revise: '2d' },
  minimumRows: 50,
};
const reference = { kind: 'period', start: '2026-03-02', end: '2026-03-04' };

const BINARY = {
  name: 'churn',
  task: 'binary',
  columns: { features: { usage: { type: 'numeric' }, plan: { type: 'categorical' } }, score: 'score' },
  reference,
  monitors: [monitor],
};
const REGRESSION = {
  name: 'delay',
  task: 'regression',
  columns: { features: { load: { type: 'numeric' }, line: { type: 'categorical' } } },
  reference,
  monitors: [{ ...monitor, estimate: { method: 'dle', secondOpinion: true } }],
};
const CLASSES = ['bus', 'car', 'van'];
const MULTICLASS = {
  name: 'vehicle',
  task: 'multiclass',
  columns: {
    features: { size: { type: 'numeric' } },
    scores: { bus: 'p_bus', car: 'p_car', van: 'p_van' },
  },
  reference,
  monitors: [monitor],
};
const MODELS = [BINARY, REGRESSION, MULTICLASS];

const DAYS = 14;
/** Days 0 to 2 are the reference. More of what it had, then labels that mean something else, then values it never had. */
const SHIFTED = 5;
const TURNED = 7;
const AFTER_TURNED = 10;
const STRANGE = 11;
const AFTER_STRANGE = 12;
const ROWS = 700;

interface Row {
  prediction: Record<string, unknown>;
  label: { id: string; label: unknown };
  truth: number;
}

function rowsOf(name: string, day: number): Row[] {
  const chance = random(day * 7 + name.length);
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  return Array.from({ length: ROWS }, (_, i) => {
    const time = START + day * DAY + Math.floor(chance() * DAY);
    const x = normal() * 0.8 + (day === SHIFTED ? 0.6 : 0) + (day === STRANGE ? 9 : 0);
    const kind = chance() < 0.5 ? 'a' : 'b';
    const id = `${name}-${day}-${i}`;
    if (name === BINARY.name) {
      // The score says too much; the chance is nearer to the middle.
      const z = 1.5 * x + (kind === 'a' ? 0.5 : -0.5);
      const score = 1 / (1 + Math.exp(-2 * z));
      let positive = chance() < 1 / (1 + Math.exp(-z));
      if (day === TURNED && i % 2 === 0) positive = !positive;
      const label = positive ? '1' : '0';
      const said = score >= 0.5 ? '1' : '0';
      return {
        prediction: { id, time, usage: x, plan: kind, score, prediction: said },
        label: { id, label },
        truth: said === label ? 1 : 0,
      };
    }
    if (name === MULTICLASS.name) {
      // The scores say too much here too.
      const logits = [1.2 * x, 0.4, -x + 0.8 * normal()];
      const share = (sharpness: number) => {
        const raw = logits.map((z) => Math.exp(sharpness * z));
        return raw.map((value) => value / raw.reduce((a, b) => a + b, 0));
      };
      const scores = share(2);
      const [bus, car] = share(1) as [number, number, number];
      const u = chance();
      let label = CLASSES[u < bus ? 0 : u < bus + car ? 1 : 2]!;
      // On two days, so that the latest labelled window is one of them whichever of two jobs comes first.
      if ((day === TURNED || day === TURNED + 1) && i % 2 === 0) label = CLASSES[(CLASSES.indexOf(label) + 1) % 3]!;
      const prediction = CLASSES[scores.indexOf(Math.max(...scores))]!;
      const [p_bus, p_car, p_van] = scores;
      return {
        prediction: { id, time, size: x, p_bus, p_car, p_van, prediction },
        label: { id, label },
        truth: prediction === label ? 1 : 0,
      };
    }
    const said = 20 + 3 * x;
    const label = said + normal() * (0.5 + Math.exp(x) + (kind === 'a' ? 1 : 0));
    return {
      prediction: { id, time, load: x, line: kind, prediction: said },
      label: { id, label },
      truth: Math.abs(said - label),
    };
  });
}

describe('estimates before the labels', () => {
  let server: TestApp;
  const found = new Map<string, Measurement[]>();

  beforeAll(async () => {
    server = await openTestApp({ config: documentOf(...MODELS) });
    for (let day = 0; day <= DAYS; day++) {
      for (const { name } of MODELS) {
        server.clock.set(START + day * DAY);
        if (day > 0)
          await server.app.services.ingest.predictions(
            name,
            rowsOf(name, day - 1).map(({ prediction }) => prediction),
          );
      }
      // As by the clock: what matures at midnight is measured before the day is closed, ten minutes later.
      for (const minutes of [1, 11]) {
        server.clock.set(START + day * DAY + minutes * MINUTE);
        await server.app.settle();
      }
      server.clock.set(START + day * DAY + 6 * HOUR);
      for (const { name } of MODELS) {
        if (day > 0)
          await server.app.services.ingest.labels(
            name,
            rowsOf(name, day - 1).map(({ label }) => label),
          );
      }
      if (day === 6) await server.restart();
    }
    for (const { name } of MODELS) {
      const read = { model: name, slice: '', column: '', from: START, to: START + DAYS * DAY };
      found.set(name, await readMeasurements(server.app.ctx.warehouse, read));
    }
  }, 120_000);
  afterAll(() => server.close());

  const of = (model: string, day: number, metric: string) =>
    found.get(model)!.find((m) => m.metric === metric && Date.parse(m.windowStart) === START + day * DAY)!;
  const realised = (model: string, day: number) => rowsOf(model, day).reduce((sum, { truth }) => sum + truth, 0) / ROWS;

  test('before the reference has labels, nothing is estimated, and it is said why', () => {
    const first = of(BINARY.name, 0, 'estimated.accuracy');
    expect(first).toMatchObject({ value: null, status: 'insufficient' });
    expect(first.reason).toMatch(/withdrawn: .*200 are wanted|no reference/);
  });

  test.each([
    [BINARY.name, 'accuracy', 4],
    [BINARY.name, 'accuracy', SHIFTED],
    [MULTICLASS.name, 'accuracy', 4],
    [MULTICLASS.name, 'accuracy', SHIFTED],
    [REGRESSION.name, 'mae', 4],
    [REGRESSION.name, 'mae', SHIFTED],
  ])('%s: the estimate of %s on day %i is near what the labels showed', (model, metric, day) => {
    const { value, lower, upper, n, status } = of(model, day, `estimated.${metric}`);
    const shown = realised(model, day);
    expect({ n, status }).toEqual({ n: ROWS, status: 'ok' });
    expect(Math.abs(value! / shown - 1)).toBeLessThan(0.1);
    expect(shown).toBeGreaterThan(lower!);
    expect(shown).toBeLessThan(upper!);
  });

  test('the shift itself is large: the day before says otherwise', () => {
    expect(realised(REGRESSION.name, SHIFTED) / realised(REGRESSION.name, 4)).toBeGreaterThan(1.3);
  });

  test('scores that say too much are calibrated, and this is told', () => {
    const { detail } = of(BINARY.name, 4, 'estimated.roc_auc');
    expect(detail['calibration']).toMatchObject({ applied: true });
    expect(detail['method']).toBe('cbpe');
  });

  test('of several classes every metric is estimated, and its error is that of what performance measures', () => {
    for (const id of [
      'accuracy',
      'f1_macro',
      'precision_macro',
      'recall_macro',
      'roc_auc_ovr',
      'log_loss',
      'brier_score',
    ]) {
      const estimated = of(MULTICLASS.name, SHIFTED, `estimated.${id}`);
      const shown = of(MULTICLASS.name, SHIFTED, id);
      expect(estimated.status, id).toBe('ok');
      expect(Math.abs(estimated.value! / shown.value! - 1), id).toBeLessThan(0.1);
      const { detail } = of(MULTICLASS.name, SHIFTED, `estimate_error.${id}`);
      expect(detail['realised'], id).toBeCloseTo(shown.value!, 3);
      expect(shown.value!, id).toBeGreaterThan(estimated.lower!);
      expect(shown.value!, id).toBeLessThan(estimated.upper!);
    }
    const { detail } = of(MULTICLASS.name, SHIFTED, 'estimated.accuracy');
    expect(detail['calibration']).toMatchObject({ bus: { applied: true }, car: { rows: 2100 } });
    // Chances that are calibrated say less than the scores, and nothing else comes near.
    expect(of(MULTICLASS.name, SHIFTED, 'roc_auc_ovr').value!).toBeGreaterThan(0.6);
  });

  test('of several classes labels that lie off name the class, and the estimate is withdrawn', () => {
    const gap = of(MULTICLASS.name, TURNED, 'estimate_calibration_gap');
    expect(gap.value! - gap.reference!).toBeGreaterThan(0.1);
    expect(CLASSES).toContain(gap.detail['class']);
    const after = of(MULTICLASS.name, TURNED + 2, 'estimated.f1_macro');
    expect(after).toMatchObject({ value: null, status: 'insufficient', detail: { withdrawn: 'miscalibrated' } });
    expect(of(MULTICLASS.name, AFTER_STRANGE, 'estimated.accuracy').value).not.toBeNull();
  });

  test('when labels come, the error of the estimate is measured', () => {
    const { value, n, detail } = of(BINARY.name, SHIFTED, 'estimate_error.accuracy');
    const shown = realised(BINARY.name, SHIFTED);
    expect(n).toBe(ROWS);
    expect(detail['realised']).toBeCloseTo(shown, 9);
    expect(value).toBeCloseTo(of(BINARY.name, SHIFTED, 'estimated.accuracy').value! - shown, 9);
    const later = of(BINARY.name, TURNED, 'estimated.accuracy').detail['record'];
    expect(later).toMatchObject({ windows: expect.any(Number), coverage: expect.any(Number) });
  });

  test('where scores mean something else than before, the estimate was wrong, is withdrawn, and comes back', () => {
    const gap = of(BINARY.name, TURNED, 'estimate_calibration_gap');
    expect(gap.value! - gap.reference!).toBeGreaterThan(0.1);
    expect(of(BINARY.name, 4, 'estimate_calibration_gap').value!).toBeLessThan(0.06);
    // Its labels are in when the next day is closed.
    const after = of(BINARY.name, TURNED + 1, 'estimated.accuracy');
    expect(after).toMatchObject({ value: null, status: 'insufficient', detail: { withdrawn: 'miscalibrated' } });
    expect(after.reason).toMatch(/withdrawn: the latest labels lie off the expected chances/);
    expect(after.detail['estimate']).toEqual(expect.any(Number));
    expect(of(BINARY.name, AFTER_TURNED, 'estimated.accuracy').value).not.toBeNull();
  });

  test('rows such as the reference never had are not judged', () => {
    for (const [model, metric, column] of [
      [BINARY.name, 'roc_auc', 'usage'],
      [MULTICLASS.name, 'accuracy', 'size'],
      [REGRESSION.name, 'mae', 'load'],
    ] as const) {
      const { value, reason, detail } = of(model, STRANGE, `estimated.${metric}`);
      expect(value).toBeNull();
      expect(reason).toMatch(new RegExp(`% of the values of ${column} are such as the reference never had`));
      expect(detail['withdrawn']).toBe('unseen_values');
    }
  });

  test('a second opinion stands beside', () => {
    const { value, detail } = of(REGRESSION.name, SHIFTED, 'estimated.mae');
    const second = (detail['second'] as Record<string, { value: number }>)['mae']!;
    expect(Math.abs(second.value / value! - 1)).toBeLessThan(0.15);
  });

  test('what was learned is kept: of the reference, and of what is left of it beside its own last day', async () => {
    const rows = await server.app.ctx.warehouse.query<{ column: string; n: number }>(
      "SELECT column, uniqExact(reference) AS n FROM profiles WHERE column LIKE 'cbpe%' OR column = 'dle' GROUP BY column ORDER BY column",
    );
    expect(rows).toEqual([
      { column: 'cbpe', n: 2 },
      { column: 'cbpe:["bus","car","van"]', n: 2 },
      { column: 'dle', n: 2 },
    ]);
  });

  test('a version without labelled predictions is calibrated by the held-out rows that it was judged on', async () => {
    const { warehouse } = server.app.ctx;
    const model = modelConfig(BINARY);
    const rows = rowsOf(BINARY.name, 0);
    const column = (name: 'score' | 'prediction') => Float64Array.from(rows, (row) => Number(row.prediction[name]));
    const labels = Float64Array.from(rows, ({ label }) => Number(label.label));
    const said = { predicted: column('prediction'), scores: column('score') };
    const from = START + 5 * DAY;
    const scope: Scope = {
      ...{ warehouse, model, monitor: model.monitors[0]!, from, to: from + DAY, asOf: from + DAY },
      ...{ reference: null, champion: 'v9', baseline: {} },
    };
    expect(await calibrationFor(scope)).toMatchObject([{ refused: null, rows: expect.any(Number) }]); // rows name no version
    const other = { ...scope, from: START - DAY, to: START };
    expect(await calibrationFor(other)).toMatchObject([{ refused: 'too_few_labels', rows: 0 }]);
    await storeEvaluatedScores(warehouse, model, 'v9', START, labels, said);
    expect(await calibrationFor(other)).toMatchObject([{ refused: null, rows: ROWS }]);
    expect(await calibrationFor({ ...other, champion: 'v8' })).toMatchObject([{ refused: 'too_few_labels', rows: 0 }]);

    const vehicles = rowsOf(MULTICLASS.name, 0);
    const codes = (of: (row: Row) => unknown) =>
      Float64Array.from(vehicles, (row) => CLASSES.indexOf(of(row) as string));
    const ofClasses = new Map(
      CLASSES.map((name) => [name, Float64Array.from(vehicles, (row) => row.prediction[`p_${name}`] as number)]),
    );
    const several = { ...other, model: modelConfig(MULTICLASS), monitor: modelConfig(MULTICLASS).monitors[0]! };
    expect(refusalOf(await calibrationFor(several))).toEqual({ refused: 'too_few_labels', class: 0 });
    await storeEvaluatedClasses(warehouse, several.model, 'v9', START, {
      classes: CLASSES,
      labels: codes(({ label }) => label.label),
      challenger: { predicted: codes(({ prediction }) => prediction['prediction']), ofClasses },
    });
    const calibrations = await calibrationFor(several);
    expect(calibrations.map(({ rows }) => rows)).toEqual([ROWS, ROWS, ROWS]);
    expect(refusalOf(calibrations)).toBeNull();
  });
});
