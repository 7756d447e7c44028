// What the questions of scripts/real have in common that backtest rules over files: the command, and a line for each rule.
import { writeFileSync } from 'node:fs';

/**
 * Runs `leeway backtest` over files and notes a line for each rule: what it found, how late, and what it cost.
 *
 * @param {object} stage Of the question.
 * @param {{ config: object, predictions: string, labels: string, labelTime?: string, incidents?: object[], options?: string[] }} given
 */
export async function backtest(
  { leeway, path, note },
  { config, predictions, labels, labelTime, incidents, options = [] },
) {
  const file = (name, value) => {
    writeFileSync(path(name), JSON.stringify(value));
    return path(name);
  };
  const { document } = await leeway(
    ...['backtest', '--config', file('leeway.yaml', config), '--predictions', predictions, '--labels', labels],
    ...(labelTime ? ['--label-time', labelTime] : []),
    ...(incidents ? ['--incidents', file('incidents.json', incidents)] : []),
    ...options,
  );
  for (const { rule, score } of [...document.rules, { rule: 'together', score: document.total }])
    note(line(rule, score));
  return document;
}

const days = (ms) => (ms === null ? 'none' : `${(ms / 86_400_000).toFixed(1)} d`);
const of = (share) => (share ? `${share.count}/${share.of}` : '-');

/** "miscalibrated: recall 1/1, precision 1/1, delay 9.0 d, 0 false alarms and 0.02 pages a week over 52 weeks". */
export function line(rule, { recall, precision, medianDelayMs, falseAlarms, pages, episodes, weeks }) {
  const scored = recall
    ? `recall ${of(recall)}, precision ${of(precision)}, delay ${days(medianDelayMs)}, ${falseAlarms.perWeek.toFixed(3)} false alarms`
    : `${episodes} alerts`;
  return `${rule.padEnd(20)} ${scored} and ${pages.perWeek.toFixed(3)} pages (${pages.lower.toFixed(3)} to ${pages.upper.toFixed(3)}) a week, over ${weeks.toFixed(0)} weeks`;
}
