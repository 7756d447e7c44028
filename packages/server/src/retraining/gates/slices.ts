import { adjustPValues, pairedBootstrap, pValueOf, verdictOf } from '@leeway/stats';
import { marginOf, resamplingOf } from './compare.ts';
import { defineGate, type Evidence } from './gate.ts';
import { gateResult } from './gate-result.ts';
import { pairedModels } from './metrics.ts';
import { chooseRows, groupRows, takeEvidence } from './rows.ts';

/**
 * Not worse than the champion in any slice of enough rows. That all slices are shown to be so needs no correction
 * (intersection-union); that some slice is worse is one of many looks, so its p-values are corrected by Holm.
 */
export const slices = defineGate<'slices'>({
  type: 'slices',
  phase: 'numbers',
  columns: ({ columns }, model) => (columns.length > 0 ? columns : model.columns.slices),
  judge(gate, evidence) {
    const { metric, confidence } = gate;
    const chosen = chooseRows(evidence, gate);
    const shared = { metric, confidence, form: 'non_inferiority' };
    const open = (reason: string, n = 0) => gateResult(gate, { ...shared, verdict: 'inconclusive', reason, n });
    if (chosen === 'no_old_regime') return open(chosen);
    const n = chosen.labels.length;
    if (n < evidence.minimumRows) return open('too_few_rows', n);
    if (chosen.withoutChampion) return open(chosen.withoutChampion, n);
    const wanted = gate.columns.length > 0 ? gate.columns : evidence.slices;
    const all = wanted.flatMap((column) => {
      const values = chosen.columns.get(column);
      return values ? [...groupRows(values)].map(([value, rows]) => ({ column, value, rows })) : [];
    });
    all.sort((a, b) => b.rows.length - a.rows.length);
    const large = all.filter(({ rows }) => rows.length >= gate.minimumRows).slice(0, gate.most);
    const judged = large.map((slice) => ({ ...slice, ...judgeSlice(takeEvidence(chosen, slice.rows)) }));
    if (judged.length === 0) return open('no_slice_of_enough_rows', n);

    const harm = adjustPValues(
      judged.map(({ found, margin }) => pValueOf({ ...found, differences: null }, -margin, 'below')),
      'holm',
    );
    const harmed = judged.filter((_, i) => (harm[i] ?? 1) <= (1 - confidence) / 2);
    const unproven = judged.filter(({ verdict }) => verdict !== 'pass');
    const worst = judged.reduce((a, b) => (b.improvement < a.improvement ? b : a));
    const nameOf = ({ column, value }: { column: string; value: string }) => `${column}=${value}`;
    const tables = [
      {
        title: `Slices of at least ${gate.minimumRows} rows`,
        columns: [
          'slice',
          'rows',
          'champion',
          'challenger',
          'difference',
          'lower',
          'upper',
          'p of harm (Holm)',
          'verdict',
        ],
        rows: judged.map(({ found, verdict, ...slice }, i) => [
          ...[nameOf(slice), found.n, found.champion, found.challenger, found.difference, found.lower, found.upper],
          ...[
            harm[i] ?? null,
            harmed.some((other) => other.rows === slice.rows) ? 'fail' : verdict === 'pass' ? 'pass' : 'inconclusive',
          ],
        ]),
      },
    ];
    const small = all.length - large.length;
    const { champion, challenger, difference, lower, upper, better } = worst.found;
    const base = {
      ...{ ...shared, n, tables, champion, challenger, difference, lower, upper, better, margin: worst.margin },
      test: `bootstrap of each slice, ${gate.draws} draws`,
    };
    const told = `${judged.length} slices judged, ${small} with too few rows or beyond the largest ${gate.most}; worst is ${nameOf(worst)}`;
    if (harmed.length > 0) {
      const statement = `worse in ${harmed.map(nameOf).join(', ')}; ${told}`;
      return gateResult(gate, { ...base, verdict: 'fail', reason: 'slice_below_margin', statement });
    }
    if (gate.require === 'proof' && unproven.length > 0) {
      const statement = `not shown of ${unproven.map(nameOf).join(', ')}; ${told}`;
      return gateResult(gate, { ...base, verdict: 'inconclusive', reason: 'slice_not_proven', statement });
    }
    const reason = gate.require === 'proof' ? 'all_slices_above_margin' : 'no_slice_harmed';
    return gateResult(gate, { ...base, verdict: 'pass', reason, statement: told });

    function judgeSlice(rows: Evidence) {
      const models = pairedModels(rows, rows.champion!);
      const { resampling } = resamplingOf('auto', rows, models, metric);
      const options = { metric, confidence, draws: gate.draws, resampling, seed: rows.seed };
      const found = pairedBootstrap(models, options);
      const margin = marginOf(gate.margin, found.champion);
      const { verdict } = verdictOf(found, { form: 'non_inferiority', margin, minimumRows: gate.minimumRows });
      const improvement = (found.difference ?? 0) * (found.better === 'higher' ? 1 : -1);
      return { found, margin, verdict, improvement };
    }
  },
});
