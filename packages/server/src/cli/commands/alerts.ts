import {
  type Alert,
  type AlertComment,
  type AlertDetail,
  type AlertExplanation,
  LeewayError,
  Severity,
} from '@leeway/contract';
import pc from 'picocolors';
import { type AddCommand, serverCommand } from '../command.ts';
import { EXIT, print, printJson, table } from '../io.ts';
import { notifyUntilStopped } from '../notify-desktop.ts';
import { ALERT_COLUMNS, alertText, explanationText } from './alert-text.ts';

interface ListOptions {
  model?: string;
  rule?: string;
  state?: string;
  severity?: string;
  label?: string[];
  assignee?: string;
  verdict?: string;
  limit?: string;
  cursor?: string;
  notify?: boolean;
}

const EXAMPLE = 'alert_01kq3v9r2x7d5m8t';

const pathOf = (id: string): string => `/alerts/${encodeURIComponent(id)}`;

/** What fires, why, and what people do about it. */
export const addAlertCommands: AddCommand = (program) => {
  const alerts = program.command('alerts').description('what fires, and what was done about it').exitOverride();
  serverCommand<[], ListOptions>(
    alerts,
    'list*',
    'alerts, newest first; exit status 1 if one is firing',
    'leeway alerts --state open --label team=risk',
    (command) =>
      command
        .option('--model <name>', 'of one model only')
        .option('--rule <name>', 'of one rule only')
        .option('--state <state>', 'pending, firing, recovering, resolved, or open for all but resolved')
        .option('--severity <severity>', 'critical, warning or info; with --notify the lowest that is shown')
        .option('--label <matcher...>', 'such as team=risk or column=~dep_.*')
        .option('--assignee <name>', 'whose they are; "" for nobody')
        .option('--verdict <verdict>', 'useful, noise, expected, duplicate or none')
        .option('--limit <n>', 'how many at most')
        .option('--cursor <cursor>', 'the next page: `next` of the one before')
        .option('--notify', 'show them on this desktop as they come, until Ctrl-C'),
    async (api, _args, { json, notify, ...options }) => {
      if (notify) {
        const severity = severityOf(options.severity ?? 'info');
        return notifyUntilStopped(api, { severity, model: options.model, json: json ?? false });
      }
      const found = await api.get<{ alerts: Alert[]; next: string | null }>(listPath(options));
      if (found.alerts.some((alert) => alert.state === 'firing')) process.exitCode = EXIT.no;
      if (json) return printJson(found);
      if (found.alerts.length === 0) return print('no alerts');
      print(table(found.alerts, ALERT_COLUMNS));
      if (found.next !== null) print(pc.dim(`more: --cursor ${found.next}`));
    },
  );
  serverCommand<[string], object>(
    alerts,
    'show <alert>',
    'an alert with its history, comments and messages',
    `leeway alerts show ${EXAMPLE}`,
    (command) => command,
    async (api, [id], { json }) => {
      const found = await api.get<AlertDetail>(pathOf(id));
      if (json) printJson(found);
      else print(alertText(found));
    },
  );
  serverCommand<[string], { channel?: string }>(
    alerts,
    'explain <alert>',
    'why each channel was told of it, or not',
    `leeway alerts explain ${EXAMPLE} --channel pager`,
    (command) => command.option('--channel <name>', 'one channel only'),
    async (api, [id], { channel, json }) => {
      const found = await api.get<AlertExplanation>(`${pathOf(id)}/explain`, { channel });
      if (json) printJson(found);
      else print(explanationText(found));
    },
  );
  serverCommand<[string, string], { comment?: string }>(
    alerts,
    'verdict <alert> <verdict>',
    'say what an alert was worth: useful, noise, expected or duplicate',
    `leeway alerts verdict ${EXAMPLE} noise --comment "holiday"`,
    (command) => command.option('--comment <text>', 'why'),
    async (api, [id, verdict], { comment, json }) => {
      const alert = await api.post<Alert>(`${pathOf(id)}/verdict`, { verdict, comment: comment ?? '' });
      if (json) printJson(alert);
      else print(`${alert.id} is called ${alert.verdict}`);
    },
  );
  serverCommand<[string, string], { tell?: boolean }>(
    alerts,
    'assign <alert> <person>',
    'say whose an alert is; "nobody" takes it away',
    `leeway alerts assign ${EXAMPLE} ann --tell`,
    (command) => command.option('--tell', 'tell the person, by their channels in onCall.people'),
    async (api, [id, person], { tell, json }) => {
      const assignee = person === 'nobody' ? null : person;
      const alert = await api.post<Alert>(`${pathOf(id)}/assign`, { assignee, tell: tell ?? false });
      if (json) printJson(alert);
      else print(`${alert.id} is ${alert.assignee === null ? "nobody's" : `for ${alert.assignee}`}`);
    },
  );
  serverCommand<[string, string], object>(
    alerts,
    'comment <alert> <text>',
    'comment on an alert',
    `leeway alerts comment ${EXAMPLE} "the feed of JFK was late"`,
    (command) => command,
    async (api, [id, text], { json }) => {
      const added = await api.post<AlertComment>(`${pathOf(id)}/comments`, { text });
      if (json) printJson(added);
      else print(`${added.actor}: ${added.text}`);
    },
  );
  serverCommand<[string], { comment?: string; for?: string; untilOver?: boolean }>(
    program,
    'ack <alert>',
    'say that someone has an alert in hand',
    `leeway ack ${EXAMPLE} --for 4h --comment "looking at it"`,
    (command) =>
      command
        .option('--for <duration>', 'how long it holds; by default what onCall.acknowledgeFor says')
        .option('--until-over', 'it holds until the alert is over')
        .option('--comment <text>', 'what the others should know'),
    async (api, [id], { comment, for: length, untilOver, json }) => {
      const alert = await api.post<Alert>(`${pathOf(id)}/ack`, {
        comment: comment ?? '',
        ...(length === undefined ? {} : { for: length }),
        ...(untilOver ? { until: null } : {}),
      });
      if (json) return printJson(alert);
      const until = alert.acknowledgedUntil ? ` until ${alert.acknowledgedUntil}` : '';
      print(`${alert.id} is acknowledged by ${alert.acknowledgedBy}${until}`);
    },
  );
  serverCommand<[string], { comment?: string }>(
    program,
    'unack <alert>',
    'give an alert back: it is repeated and escalates again',
    `leeway unack ${EXAMPLE}`,
    (command) => command.option('--comment <text>', 'why'),
    async (api, [id], { comment, json }) => {
      const alert = await api.post<Alert>(`${pathOf(id)}/unack`, { comment: comment ?? '' });
      if (json) printJson(alert);
      else print(`nobody has ${alert.id} in hand`);
    },
  );
};

function severityOf(text: string): Severity {
  const parsed = Severity.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new LeewayError('bad_option', `--severity: expected critical, warning or info, got "${text}"`);
}

function listPath({ label = [], ...filters }: ListOptions): string {
  const search = new URLSearchParams();
  for (const name of ['model', 'rule', 'state', 'severity', 'assignee', 'verdict', 'limit', 'cursor'] as const) {
    const value = filters[name];
    if (value !== undefined) search.set(name, value);
  }
  for (const matcher of label) search.append('label', matcher);
  return search.size > 0 ? `/alerts?${search}` : '/alerts';
}
