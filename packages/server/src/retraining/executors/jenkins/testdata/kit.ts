import type { ExecutionState } from '@leeway/contract';
import { basicAuth } from '../../credentials.ts';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, queryOnly, Refused, startFake } from '../../testdata/fake-http.ts';
import { ticket } from '../../testdata/tickets.ts';

const states: Record<string, ExecutionState> = {
  queued: 'queued',
  building: 'running',
  SUCCESS: 'succeeded',
  UNSTABLE: 'failed',
  FAILURE: 'failed',
  NOT_BUILT: 'skipped',
  ABORTED: 'cancelled',
};
const USER = 'leeway';
const API_TOKEN = '11a0123456789abcdef';
const PASSWORD = 'pa55word-0123456789';
const CRUMB = 'crumb-0123456789';

interface Build {
  item: number;
  /** Null while it waits in the queue. */
  number: number | null;
  result: string | null;
  /** Of an item that was taken out of the queue. */
  cancelled: boolean;
  parameters: Record<string, string>;
  log: string;
}

export interface FakeJenkins extends FakePeer {
  /** Five minutes after the build began, and where it never did. */
  forgetItem(): void;
}

interface Ways {
  /** The old one says by no header which queue item it is. */
  old?: boolean;
  declared?: string[];
  disabled?: boolean;
}

const DECLARED = [...Object.keys(ticket.env), 'LEEWAY_TOKEN'];

/** Jenkins with one job in a folder. */
export async function openJenkins(
  over: object = {},
  { old = false, declared = DECLARED, disabled = false }: Ways = {},
): Promise<FakeJenkins> {
  const builds: Build[] = [];
  const forgotten = new Set<number>();
  let expired = false;
  let asked = false;
  let made = 0;
  let sessions = 0;
  const newest = () => builds.at(-1)!;
  const actions = ({ parameters }: Build) => [
    {
      _class: 'hudson.model.ParametersAction',
      parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
    },
    {},
  ];

  const authorize = ({ method, headers, path }: FakeCall) => {
    const wanted = 'password' in over ? PASSWORD : API_TOKEN;
    if (expired || headers['authorization'] !== basicAuth(USER, wanted))
      throw new Refused(401, '<html>Unauthorized</html>');
    if (method !== 'POST' || wanted === API_TOKEN) return;
    const good = headers['jenkins-crumb'] === CRUMB && headers['cookie'] === `JSESSIONID.1=session-${sessions}`;
    if (!good) throw new Refused(403, `<html>No valid crumb was included in the request for ${path}</html>`);
  };

  const begin = (call: FakeCall): FakeAnswer => {
    if (call.headers['content-type'] !== 'application/x-www-form-urlencoded') throw new Refused(415);
    if (disabled) throw new Refused(409, '<html>is not buildable</html>');
    // What the job does not declare is dropped.
    const form = [...new URLSearchParams(call.text)].filter(([name]) => declared.includes(name));
    const parameters = Object.fromEntries(form);
    // A request like one that waits is taken for the same.
    const same = builds.find(
      (one) => one.number === null && JSON.stringify(one.parameters) === JSON.stringify(parameters),
    );
    if (!same) builds.push({ item: 100 + ++made, number: null, result: null, cancelled: false, parameters, log: '' });
    const location = `http://jenkins.internal/queue/item/${(same ?? newest()).item}/`;
    return old
      ? { status: 302, headers: { location: 'http://jenkins.internal/job/ml/job/train/' }, started: true }
      : { status: 201, headers: { location }, started: true };
  };

  const answer = (call: FakeCall): FakeAnswer => {
    authorize(call);
    const tree = call.query.get('tree') ?? '';
    const [, base, rest = ''] = /^(\/job\/ml\/job\/train)?(\/.*)$/.exec(call.path) ?? [];
    const route = `${call.method} ${base ? 'job' : 'root'} ${rest}`;
    switch (route) {
      case 'GET root /crumbIssuer/api/json':
        return {
          status: 200,
          body: { crumb: CRUMB, crumbRequestField: 'Jenkins-Crumb' },
          headers: { 'set-cookie': `JSESSIONID.1=session-${++sessions}; Path=/; HttpOnly` },
        };
      case 'POST job /buildWithParameters':
        return begin(call);
      case 'GET job /api/json': {
        if (/^builds\[number,actions\[parameters\[name,value\]\]\]\{0,\d+\}$/.test(tree)) {
          const listed = builds.filter(({ number }) => number !== null);
          return {
            status: 200,
            body: { builds: listed.map((one) => ({ number: one.number, actions: actions(one) })).reverse() },
          };
        }
        if (tree !== 'buildable,property[parameterDefinitions[name]]') throw new Refused(500);
        const parameterDefinitions = declared.map((name) => ({ name }));
        return { status: 200, body: { buildable: !disabled, property: [{}, { parameterDefinitions }] } };
      }
      case 'GET root /queue/api/json': {
        const waiting = builds.filter(({ number, cancelled }) => number === null && !cancelled);
        return { status: 200, body: { items: waiting.map((one) => ({ id: one.item, actions: actions(one) })) } };
      }
      case 'POST root /queue/cancelItem': {
        const item = builds.find((one) => String(one.item) === call.query.get('id') && one.number === null);
        if (!item) throw new Refused(404);
        asked = true;
        item.cancelled = true;
        return { status: 302, headers: { location: 'http://jenkins.internal/queue/' } };
      }
    }
    const item = /^GET root \/queue\/item\/(\d+)\/api\/json$/.exec(route)?.[1];
    if (item !== undefined) {
      const found = builds.find((one) => String(one.item) === item);
      if (!found || forgotten.has(found.item)) throw new Refused(404);
      const { number, cancelled } = found;
      const left =
        number === null ? (cancelled ? { cancelled } : { why: 'In the quiet period. Expires in 5 sec' }) : {};
      const executable =
        number === null ? {} : { executable: { number, url: `http://jenkins.internal/job/ml/job/train/${number}/` } };
      return { status: 200, body: { id: found.item, stuck: false, ...left, ...executable } };
    }
    const [, verb, number, what] = /^(GET|POST) job \/(\d+)\/(.+)$/.exec(route) ?? [];
    const build = builds.find((one) => String(one.number) === number);
    if (!build) throw new Refused(404);
    if (verb === 'GET' && what === 'api/json') {
      return { status: 200, body: { number: build.number, building: build.result === null, result: build.result } };
    }
    if (verb === 'POST' && what === 'stop') {
      asked = true;
      return { status: 302, headers: { location: `http://jenkins.internal/job/ml/job/train/${number}/` } };
    }
    if (verb === 'GET' && what === 'logText/progressiveText') {
      queryOnly(call, 'start');
      const text = Buffer.from(build.log)
        .subarray(Number(call.query.get('start')))
        .toString();
      const more = build.result === null ? { 'x-more-data': 'true' } : {};
      const size = { 'x-text-size': String(Buffer.byteLength(build.log)) };
      return { status: 200, body: text, headers: { 'content-type': 'text/plain', ...size, ...more } };
    }
    throw new Refused(405);
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: {
      ...{ url: fake.origin, job: 'ml/train', user: USER },
      ...('password' in over ? {} : { apiToken: API_TOKEN }),
      ...over,
    },
    runs: () => builds.length,
    given: () => newest().parameters,
    set: (native) => {
      if (native === 'queued') return;
      Object.assign(newest(), { number: newest().number ?? 12, result: native === 'building' ? null : native });
    },
    vanish: () => {
      forgotten.add(newest().item);
      builds.pop();
    },
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    write: (lines) => {
      newest().log += lines.map((line) => `${line}\r\n`).join('');
    },
    forgetItem: () => {
      forgotten.add(newest().item);
    },
  };
}

export const password = PASSWORD;

export const kit: ExecutorKit = {
  type: 'jenkins',
  states,
  cancelledAs: 'cancelled',
  logs: true,
  open: () => openJenkins(),
};
