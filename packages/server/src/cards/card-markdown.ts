import type { ModelCard } from '@leeway/contract';
import { stringify } from 'yaml';

/**
 * A card as Markdown, with the metadata of the Hugging Face Hub before it: sections in the order of its model cards. Prose of
 * people stays Markdown; names and values from elsewhere are escaped.
 */
export function cardMarkdown(card: ModelCard): string {
  return `---\n${stringify(hubMetadata(card), { lineWidth: 0 })}---\n\n${cardBody(card)}`;
}

/** What the Hub reads: https://huggingface.co/docs/hub/model-cards. */
export function hubMetadata(card: ModelCard): Record<string, unknown> {
  const { told, model, task, evaluation, data } = card;
  const kind = {
    binary: 'tabular-classification',
    multiclass: 'tabular-classification',
    regression: 'tabular-regression',
  };
  const metrics = evaluation.metrics.filter(({ value }) => value !== null);
  const dataset = data
    ? { name: `${model}, held-out rows`, type: model, revision: data.hash }
    : { name: model, type: model };
  return {
    ...(told.languages.length > 0 ? { language: told.languages } : {}),
    ...(told.license ? { license: told.license } : {}),
    library_name: card.details.format === 'onnx' ? 'onnx' : 'other',
    tags: ['tabular', 'leeway', ...told.tags],
    pipeline_tag: kind[task],
    ...(metrics.length > 0
      ? {
          metrics: metrics.map(({ metric }) => metric),
          'model-index': [
            {
              name: `${model} ${card.version}`,
              results: [
                {
                  task: { type: kind[task] },
                  dataset,
                  metrics: metrics.map(({ metric, value }) => ({ type: metric, name: metric, value })),
                },
              ],
            },
          ],
        }
      : {}),
  };
}

/** The card without its metadata. */
export function cardBody(card: ModelCard): string {
  const { told } = card;
  const blocks = [
    `# ${text(card.model)} ${text(card.version)}`,
    told.overview ?? (card.description ? text(card.description) : 'Nobody has said yet what it is for.'),
    ...details(card),
    '## Uses',
    '### Intended',
    list(told.intendedUses, 'Not said.'),
    ...(told.users.length > 0 ? ['### Users', list(told.users, '')] : []),
    '### Out of scope',
    list(told.outOfScope, 'Not said.'),
    ...limits(card),
    ...training(card),
    ...evaluation(card),
    ...fairness(card),
    ...explanation(card),
    ...operation(card),
    ...(told.environmentalImpact ? ['## Environmental impact', told.environmentalImpact] : []),
    ...(told.citation ? ['## Citation', told.citation] : []),
    ...(told.references.length > 0 ? ['## References', list(told.references, '')] : []),
    '## Contact',
    told.contact ?? (card.owner ? text(card.owner) : 'No owner is declared.'),
    `Written from the record on ${day(card.generatedAt)}. What people have said stands under Uses, Limitations and in the overview.`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function details({ details: d, task, owner, version }: ModelCard): string[] {
  return [
    '## Details',
    table(
      ['', ''],
      [
        ['Version', version],
        ['Task', task],
        ['Owner', owner ?? 'not declared'],
        ['Made', `${day(d.createdAt)} by ${d.createdBy}`],
        ['Aliases', d.aliases.join(', ') || 'none'],
        ['Stage', d.stage],
        ['Made from', d.parent ?? 'nothing before it'],
        ['File', `${d.format}, ${size(d.bytes)}, SHA-256 ${d.artifact}`],
        ['Outputs', d.outputs.join(', ')],
      ],
    ),
    table(
      ['input', 'type', 'protected'],
      d.inputs.map(({ name, type, protected: guarded }) => [name, type, guarded ? 'yes' : '']),
    ),
  ];
}

const limits = ({ told, limits: found }: ModelCard): string[] => [
  '## Risks and limitations',
  list(told.limitations, ''),
  ...(told.tradeoffs.length > 0 ? ['### Trade-offs', list(told.tradeoffs, '')] : []),
  ...(told.risks.length > 0
    ? [
        '### Ethical considerations',
        list(
          told.risks.map(({ risk, mitigation }) => (mitigation ? `${risk} (against it: ${mitigation})` : risk)),
          '',
        ),
      ]
    : []),
  '### From the record',
  list(found.map(text), 'Nothing on record speaks against it.'),
];

function training({ told, data, training: run, details: d }: ModelCard): string[] {
  const blocks = ['## Training', '### Data'];
  if (told.data) blocks.push(told.data);
  blocks.push(
    data
      ? table(
          ['', ''],
          [
            ['Rows to learn from', `${data.trainRows}, ${day(data.from)} to ${day(data.holdoutFrom)}`],
            ['Rows held out', `${data.holdoutRows}, ${day(data.holdoutFrom)} to ${day(data.to)}`],
            ...(data.window ? [['Window', data.window]] : []),
            ...(data.labelledShare === null ? [] : [['Share with a label', number(data.labelledShare)]]),
            ...(data.preprocessing ? [['Preprocessing', data.preprocessing]] : []),
            ['Hash', data.hash],
          ],
        )
      : 'Its data are not on record.',
  );
  if (data && data.findings.length > 0)
    blocks.push('What the checks of these data found:', list(data.findings.map(text), ''));
  blocks.push('### Process');
  if (!run) return [...blocks, `It was registered by ${text(d.createdBy)}; how it was trained is not on record.`];
  blocks.push(
    table(
      ['', ''],
      [
        ['Run', run.run],
        ['Begun by', run.trigger],
        ['Because', run.reason],
        ['Trained by', run.executor ?? 'not on record'],
        ...(run.trials > 1 ? [['Trials', String(run.trials)]] : []),
        ...(run.startedAt && run.endedAt ? [['Time', `${run.startedAt} to ${run.endedAt}`]] : []),
        ['Code', run.codeCommit ?? 'not on record'],
        ...Object.entries(run.environment),
      ],
    ),
  );
  const params = Object.entries(run.params).map(([name, value]) => [name, JSON.stringify(value)]);
  blocks.push(
    params.length > 0 ? table(['parameter', 'value'], params) : 'It was trained with the defaults of the trainer.',
  );
  return blocks;
}

function evaluation({ evaluation: e }: ModelCard): string[] {
  const scope =
    e.rows === null ? '' : `On ${e.rows} rows that it has not seen, from ${day(e.from ?? '')} to ${day(e.to ?? '')}.`;
  const compared = e.champion ? ` Beside it ${text(e.champion)}, which served then, on the same rows.` : '';
  return [
    '## Evaluation',
    `${scope}${compared}`,
    e.metrics.length === 0
      ? 'No metric is on record.'
      : table(
          ['metric', 'value', 'interval', ...(e.champion ? [`${e.champion}`] : [])],
          e.metrics.map(({ metric, value, lower, upper, champion }) => [
            metric,
            number(value),
            lower === null || upper === null ? '' : `${number(lower)} to ${number(upper)}`,
            ...(e.champion ? [number(champion)] : []),
          ]),
        ),
    ...(e.gates.length === 0
      ? []
      : [
          '### Gates',
          table(
            ['gate', 'verdict', 'why'],
            e.gates.map(({ name, verdict, statement }) => [name, verdict, statement]),
          ),
        ]),
  ];
}

const fairness = ({ fairness: f }: ModelCard): string[] => [
  '## Fairness',
  f.protected.length === 0
    ? 'No protected column is declared, so that groups were not compared.'
    : `Protected columns: ${f.protected.map(text).join(', ')}.`,
  ...(f.gates.length > 0
    ? [
        table(
          ['gate', 'verdict', 'why'],
          f.gates.map(({ name, verdict, statement }) => [name, verdict, statement]),
        ),
      ]
    : f.protected.length > 0
      ? ['No gate of fairness is declared for its challengers; its monitors measure it in production.']
      : []),
  ...f.tables.flatMap(({ title, columns, rows }) => [
    `### ${text(title)}`,
    table(
      columns,
      rows.map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : (cell ?? '')))),
    ),
  ]),
];

const explanation = ({ explanation: found }: ModelCard): string[] =>
  found
    ? [
        '## What it goes by',
        text(found.how),
        table(
          ['feature', 'share of all importance'],
          found.features.map(({ feature, share }) => [feature, `${(100 * share).toFixed(1)} %`]),
        ),
      ]
    : [];

function operation({ monitoring, retraining, approval, served, lessons }: ModelCard): string[] {
  return [
    '## In production',
    '### Watched by',
    list(
      [
        ...monitoring.monitors.map(text),
        ...monitoring.rules.map(({ name, about, severity }) => text(`rule ${name} on ${about}, ${severity}`)),
      ],
      'Nothing.',
    ),
    '### Trained anew',
    list(retraining.lines.map(text), 'No retraining is declared.'),
    '### Approved',
    approval.decision
      ? text(`${approval.decision}${approval.at ? `, ${day(approval.at)}` : ''}`)
      : 'Nobody has decided on it yet, or it is not on record.',
    '### Served',
    list(
      served.map(({ from, to }) => `${from} to ${to ?? 'now'}`),
      'It has not served.',
    ),
    ...(lessons.length > 0
      ? [
          '### Lessons',
          list(
            lessons.map(
              ({ at, actor, rule, text: said }) =>
                `${day(at)}, ${text(actor)}${rule ? `, of rule ${text(rule)}` : ''}: ${said}`,
            ),
            '',
          ),
        ]
      : []),
  ];
}

/** Text from elsewhere, so that it stands there as it is. */
const text = (value: string): string => value.replace(/([\\`*_{}[\]<>|#~])/g, '\\$1').replace(/\s*\n\s*/g, ' ');

const list = (items: readonly string[], none: string): string =>
  items.length === 0 ? none : items.map((item) => `- ${item.trim().replace(/\n/g, '\n  ')}`).join('\n');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.map(text).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const day = (instant: string): string => instant.slice(0, 10);
const number = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(4))));
const size = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
