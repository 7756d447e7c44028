// Large: loaded here, so that no test has to wait for it.
import '@aws-sdk/client-sagemaker';
import type { ExecutionState } from '@leeway/contract';
import type { ExecutorKit, FakePeer } from '../../testdata/executor-kit.ts';
import { type FakeAnswer, type FakeCall, only, Refused, startFake } from '../../testdata/fake-http.ts';

const states: Record<string, ExecutionState> = {
  Executing: 'running',
  Stopping: 'cancelling',
  Stopped: 'cancelled',
  Failed: 'failed',
  Succeeded: 'succeeded',
};
const KEY_ID = 'AKIAFAKE000000000000';
const SECRET = 's3cr3tAccessKeyOfTheFake/0123456789+abcd';
const ARN = 'arn:aws:sagemaker:eu-central-1:123456789012:pipeline/churn/execution';

interface Execution {
  arn: string;
  token: string;
  name: string;
  status: string;
  parameters: Record<string, string>;
}

export interface FakeSageMaker extends FakePeer {
  /** The memory of tokens is at its end. */
  forgetTokens(): void;
}

const failure = (type: string, message: string, status = 400) => new Refused(status, { __type: type, message });

/** SageMaker as it speaks JSON 1.1, with one pipeline; all that it checks but the signature itself. */
export async function openSageMaker(
  over: object = {},
  declared: readonly string[] = ['Leeway'],
): Promise<FakeSageMaker> {
  const executions: Execution[] = [];
  let expired = false;
  let asked = false;
  let made = 0;
  const newest = () => executions.at(-1)!;

  const start = (body: unknown): FakeAnswer => {
    const given = only(
      body,
      'PipelineName',
      'ClientRequestToken',
      'PipelineExecutionDisplayName?',
      'PipelineExecutionDescription?',
      'PipelineParameters?',
    );
    if (given['PipelineName'] !== 'churn') throw failure('ResourceNotFound', 'Pipeline does not exist.');
    const [token, name] = [String(given['ClientRequestToken']), String(given['PipelineExecutionDisplayName'])];
    if (!/^.{32,128}$/.test(token)) throw failure('ValidationException', 'clientRequestToken: 32 or more');
    if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}$/.test(name)) throw failure('ValidationException', 'displayName');
    const parameters = (given['PipelineParameters'] as unknown[]).map((one) => {
      const { Name, Value } = only(one, 'Name', 'Value') as { Name: string; Value: string };
      if (!declared.includes(Name)) throw failure('ValidationException', `Unknown parameters [${Name}]`);
      if (Value.length > 1_024) throw failure('ValidationException', 'value: 1024 at most');
      return [Name, Value] as const;
    });
    const same = executions.find((one) => one.token === token);
    if (same) return { status: 200, body: { PipelineExecutionArn: same.arn } };
    const arn = `${ARN}/${`${++made}`.padStart(12, 'x')}`;
    executions.push({ arn, token, name, status: 'Executing', parameters: Object.fromEntries(parameters) });
    return { status: 200, body: { PipelineExecutionArn: arn }, started: true };
  };

  const known = (body: unknown, ...others: string[]): Execution => {
    const { PipelineExecutionArn } = only(body, 'PipelineExecutionArn', ...others);
    const found = executions.find(({ arn }) => arn === PipelineExecutionArn);
    if (!found) throw failure('ResourceNotFound', 'Pipeline execution does not exist.');
    return found;
  };

  const answer = (call: FakeCall): FakeAnswer => {
    const { method, path, headers, text } = call;
    if (method !== 'POST' || path !== '/') throw new Refused(404);
    const signed = new RegExp(
      `^AWS4-HMAC-SHA256 Credential=${KEY_ID}/\\d{8}/eu-central-1/sagemaker/aws4_request, SignedHeaders=\\S+, Signature=[0-9a-f]{64}$`,
    );
    if (!signed.test(headers['authorization'] ?? '')) throw failure('IncompleteSignature', 'no', 403);
    if (headers['content-type'] !== 'application/x-amz-json-1.1') throw failure('SerializationException', 'type');
    if (expired) throw failure('ExpiredTokenException', 'The security token included in the request is expired');
    const body: unknown = JSON.parse(text);
    switch (headers['x-amz-target']) {
      case 'SageMaker.StartPipelineExecution':
        return start(body);
      case 'SageMaker.DescribePipelineExecution': {
        const { arn, status } = known(body);
        const reason = status === 'Failed' ? { FailureReason: 'Step failure: train' } : {};
        return { status: 200, body: { PipelineExecutionArn: arn, PipelineExecutionStatus: status, ...reason } };
      }
      case 'SageMaker.ListPipelineExecutions': {
        const given = only(body, 'PipelineName', 'CreatedAfter?', 'MaxResults?', 'NextToken?');
        if (typeof given['CreatedAfter'] !== 'number') throw failure('SerializationException', 'CreatedAfter');
        // One on a page, so that pages are gone through.
        const from = Number(given['NextToken'] ?? 0);
        const listed = executions.slice(from, from + 1).map(({ arn, name }) => ({
          PipelineExecutionArn: arn,
          PipelineExecutionDisplayName: name,
        }));
        const more = from + 1 < executions.length ? { NextToken: String(from + 1) } : {};
        return { status: 200, body: { PipelineExecutionSummaries: listed, ...more } };
      }
      case 'SageMaker.StopPipelineExecution': {
        const execution = known(body, 'ClientRequestToken');
        if (execution.status !== 'Executing') throw failure('ValidationException', 'it is not executing');
        asked = true;
        execution.status = 'Stopping';
        return { status: 200, body: { PipelineExecutionArn: execution.arn } };
      }
      default:
        throw failure('UnknownOperationException', '');
    }
  };

  const fake = await startFake(answer);
  return {
    ...fake,
    options: {
      ...{ endpoint: fake.origin, region: 'eu-central-1', pipeline: 'churn', parameters: { Leeway: '*' } },
      ...{ accessKeyId: KEY_ID, secretAccessKey: SECRET },
      ...over,
    },
    runs: () => executions.length,
    given: () => JSON.parse(newest().parameters['Leeway'] ?? '{}') as Record<string, string>,
    set: (native) => {
      newest().status = native;
    },
    vanish: () => {
      executions.pop();
    },
    expireCredentials: (now) => {
      expired = now;
    },
    cancelled: () => asked,
    forgetTokens: () => {
      for (const execution of executions) execution.token = '';
    },
  };
}

export const kit: ExecutorKit = {
  type: 'sagemaker',
  states,
  cancelledAs: 'cancelled',
  logs: false,
  open: () => openSageMaker(),
};
