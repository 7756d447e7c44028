// FiveThirtyEight's forecasts: those of the NBA lose their calibration while accuracy stays; those of the MLB stay as they are.
import { join } from 'node:path';

/** What a forecast is judged by. Recall at one half is no such thing: in 2020 the forecasts were nearer to one half, and as good. */
const JUDGES = ['roc_auc', 'log_loss', 'brier_score', 'calibration_error', 'calibration_bias', 'accuracy'];

/** @type {import('../test-real.mjs').Question} */
export default {
  data: 'fivethirtyeight-forecasts',
  title: 'Forecasts: the NBA loses its calibration, the MLB stays',

  async ask({ folder, readCsv, writeCsv, leeway, check, note }) {
    const seasons = (file) => {
      const bySeason = new Map();
      for (const row of readCsv(join(folder, file))) {
        if (row.prob1_outcome !== '0' && row.prob1_outcome !== '1') continue; // one game ended level
        bySeason.set(row.season, [...(bySeason.get(row.season) ?? []), row]);
      }
      return bySeason;
    };
    const write = (name, rows) =>
      writeCsv(
        name,
        rows.map(({ prob1, prob1_outcome: won }) => ({ prob1, won })),
      );
    const compare = async (reference, current) => {
      const args = ['--reference', write('before.csv', reference), '--current', write('now.csv', current)];
      const { document } = await leeway('check', ...args, '--label', 'won', '--score', 'prob1');
      return document;
    };

    const nba = seasons('nba_games.csv');
    const first = ['2016', '2017', '2018'].flatMap((season) => nba.get(season));
    const last = ['2020', '2021', '2022'].flatMap((season) => nba.get(season));
    const { performance } = await compare(first, last);
    const [before, now] = [performance.reference.metrics, performance.current.metrics];
    const text = (metric, { value, lower, upper }) =>
      `${metric} ${value.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)})`;
    note(`NBA 2016-2018: ${text('calibration bias', before.calibration_bias)}, ${text('accuracy', before.accuracy)}`);
    note(`NBA 2020-2022: ${text('calibration bias', now.calibration_bias)}, ${text('accuracy', now.accuracy)}`);
    check(
      'NBA: the forecasts became overconfident, beyond chance',
      now.calibration_bias.lower > 0 && now.calibration_bias.value > before.calibration_bias.value + 0.01,
      now.calibration_bias.value,
    );
    check(
      'NBA: accuracy is not said to be worse',
      !performance.worse.includes('accuracy'),
      performance.worse.join(', ') || 'nothing is',
    );

    const mlb = seasons('mlb_games.csv');
    const [start, ...others] = [...mlb.keys()].sort();
    const alarms = [];
    for (const season of others) {
      const { performance, drift } = await compare(mlb.get(start), mlb.get(season));
      const moved = drift.columns.filter(({ drifted }) => drifted).map(({ column }) => column);
      // The forecaster spreads its forecasts wider from 2018 on (deviation 0.079 to 0.094): that is a drift, and no fault.
      if (moved.includes('prob1')) note(`MLB ${season}: the forecasts lie otherwise than in ${start}`);
      alarms.push(
        ...performance.worse.filter((metric) => JUDGES.includes(metric)),
        ...moved.filter((column) => column !== 'prob1'),
      );
      const others = performance.worse.filter((metric) => !JUDGES.includes(metric));
      if (others.length > 0)
        note(`MLB ${season}: ${others.join(', ')} worse than in ${start}, at no cost to the forecasts`);
    }
    check(
      `MLB: in none of ${others.length} seasons a score of the forecasts is worse, and the outcomes never drift`,
      alarms.length === 0,
      alarms.join(', '),
    );
  },
};
