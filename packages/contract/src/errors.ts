/**
 * Every error that Leeway names, in one place: its HTTP status, its title, and what to do about it.
 * docs/reference/errors.md is generated from here.
 */
export const ERRORS = {
  invalid_request: [400, 'The request is not what this route expects', 'Compare it with the schema at /api/docs.'],
  invalid_json: [400, 'The body is not valid JSON', 'Send one JSON object, an array of objects, or one object a line.'],
  unsupported_media_type: [415, 'This content type is not read here', 'Send application/json or application/x-ndjson.'],
  body_too_large: [413, 'The body is larger than allowed', 'Send fewer rows at a time, or raise server.maxBodyBytes.'],
  unauthenticated: [
    401,
    'No valid token came with the request',
    'Send "Authorization: Bearer TOKEN"; `leeway token create` makes one.',
  ],
  forbidden: [403, 'The token does not allow this', 'Use a token with the role that the message names.'],
  not_found: [404, 'There is nothing at this address', 'The addresses are listed at /api/docs.'],
  unknown_model: [404, 'There is no model of that name', 'Declare it in leeway.yaml and run `leeway apply`.'],
  unknown_version: [404, 'The model has no such version', '`leeway versions MODEL` lists those it has.'],
  unknown_alert: [404, 'There is no such alert', '`leeway alerts` lists them.'],
  unknown_delivery: [404, 'There is no such delivery', '`leeway deliveries list` lists them.'],
  unknown_channel: [404, 'There is no such channel', '`leeway channels list` lists those of the configuration.'],
  unknown_dataset: [404, 'There is no such dataset', '`leeway datasets list` lists them.'],
  unknown_run: [404, 'There is no such run', '`leeway runs` lists them.'],
  unknown_prediction: [
    404,
    'There is no such prediction',
    'Only predictions that are recorded can be named; send the row itself.',
  ],
  unknown_explanation: [
    404,
    'Nothing is kept of what this version goes by',
    'A gate of the type explain in retrain.gates makes each run keep it.',
  ],
  not_explainable: [
    409,
    'This cannot be explained here',
    'The message says what is missing; the training code can leave explanations.json.',
  ],
  too_many_requests: [429, 'You ask too often', 'Wait as long as Retry-After says.'],
  unknown_silence: [404, 'There is no such silence', '`leeway silence list` lists them.'],
  no_champion: [409, 'No version of the model serves', 'Register a version and promote it.'],
  not_servable: [
    409,
    'This version cannot be served here',
    'Only versions with an ONNX artifact are served by the gateway.',
  ],
  wrong_state: [409, 'It is not in a state in which this can be done', 'Look at its present state first.'],
  run_in_progress: [409, 'A run of this model is under way', 'Wait for it, or cancel it; one runs at a time.'],
  never_served: [409, 'This version has never served', 'Roll back to one that has, or use promote.'],
  alias_moved: [409, 'The alias points elsewhere than expected', 'Look where it points now, and decide again.'],
  alias_name: [422, 'An alias cannot be called so', 'The message says which names can be taken.'],
  unknown_alias: [404, 'The model has no such alias', '`leeway versions aliases MODEL` lists those it has.'],
  unknown_artifact: [404, 'There is no such artifact', 'Send it to /api/v1/artifacts first.'],
  artifact_deleted: [
    410,
    'The artifact was deleted, since nothing needed it',
    'Register it again, or take another version.',
  ],
  artifact_mismatch: [
    422,
    'The artifact is not what it was said to be',
    'Send it again, with the hash of what is sent.',
  ],
  mlflow_failed: [502, 'MLflow did not do what was asked', 'The message says what it answered.'],
  webhook_refused: [401, 'The webhook is not one of ours', 'Check the secret, and the clock of the sender.'],
  held_back: [
    409,
    'The policy of the model holds the run back',
    'Wait until the time that it names, or begin it by hand; `leeway retrain MODEL --dry-run` tells everything.',
  ],
  approval_required: [409, 'The gates did not pass', 'Say "force" with a reason to promote it all the same.'],
  overloaded: [503, 'More rows are waiting than can be stored', 'Try again after the time that Retry-After says.'],
  storage_full: [507, 'The disk is full', 'Free space; nothing that was acknowledged is lost.'],
  model_failed: [500, 'The model could not be run on this input', 'Look at the detail and at the server log.'],
  internal: [500, 'Something failed inside Leeway', 'The server log has the details under this request id.'],
  // Rows that go to quarantine: the status is that of the row's entry in `rejected`, not of the response.
  row_not_an_object: [422, 'The row is not an object', 'Every row is one JSON object.'],
  missing_id: [422, 'The row has no id', 'Give the id column that the model declares.'],
  unknown_question: [422, 'The model does not ask this', 'Declare the question under feedback.questions of the model.'],
  unknown_kpi: [404, 'The model has no such KPI', 'Declare it under kpis of the model.'],
  kpi_source: [502, 'The source of a KPI gave no number', 'See what it answered, and mend the query or the address.'],
  empty_feedback: [422, 'The feedback says nothing', 'Give a rating, a correction, a comment or answers.'],
  missing_time: [422, 'The row has no time', 'Give the time column, ISO 8601 or milliseconds since 1970.'],
  invalid_time: [422, 'The time cannot be read', 'Write it as ISO 8601 with a zone, or as milliseconds since 1970.'],
  clock_far_off: [
    422,
    'The time lies too far from now',
    'Check the clock and the unit; rows up to 30 years old are taken.',
  ],
  wrong_type: [422, 'A value has another type than its column', 'Send it as the type that the model declares.'],
  missing_label: [422, 'The label row has no label', 'Give the label column; null withdraws a label.'],
  invalid_line: [422, 'The line is not valid JSON', 'One JSON object a line.'],
  // Configuration
  config_invalid: [422, 'The configuration has mistakes', 'Nothing was applied. Mend the lines named and try again.'],
  config_unreadable: [400, 'The configuration file cannot be read', 'Check the path and the YAML syntax.'],
  // Files and start-up, as the command line reports them
  rule_test_invalid: [
    400,
    'The file of rule tests has mistakes',
    'Mend the lines named; docs/guides/test-rules.md shows a whole file.',
  ],
  bad_option: [400, 'An option cannot be used as given', '`leeway COMMAND --help` shows what is expected.'],
  file_unreadable: [
    400,
    'The file cannot be read',
    'Check the path; CSV, Parquet, JSONL and Arrow are read, gzip or not.',
  ],
  column_missing: [400, 'The file lacks a column', 'Name columns that both files have.'],
  data_in_use: [409, 'Another process uses this data directory', 'Stop it, or choose another with --data.'],
  port_in_use: [409, 'The port is taken', 'Stop what listens there, or choose another with --port.'],
  unreachable: [502, 'The server cannot be reached', 'Is `leeway serve` running? Give its address with --url.'],
  // Retraining
  trainer_failed: [
    500,
    'The trainer ended with an error',
    'The run keeps its last output; `leeway runs show RUN` prints it.',
  ],
  trainer_timeout: [
    500,
    'The trainer took too long and was stopped',
    'Raise retrain.executor.timeout, or make it faster.',
  ],
  unknown_training: [
    404,
    'There is no such training',
    'LEEWAY_TRAINING is its key; `leeway runs show RUN` lists them.',
  ],
  training_over: [409, 'The training has ended already', 'Nothing more is taken from it; a new run trains anew.'],
  no_candidate: [500, 'The trainer left no model', 'Leave exactly one of model.onnx in LEEWAY_OUTPUT.'],
  ambiguous_candidate: [
    500,
    'The trainer left more than one model',
    'Leave exactly one of model.onnx in LEEWAY_OUTPUT.',
  ],
  broken_model: [500, 'The model that the trainer left cannot be used', 'It must load and score the held-out rows.'],
  too_few_rows: [409, 'There are too few labelled rows to train on', 'Wait for labels, or widen retrain.data.window.'],
  dataset_changed: [
    409,
    'The rows of the dataset are not what they were',
    'Rows were deleted or replaced in the warehouse; the record stays.',
  ],
  dataset_findings: [
    409,
    'The training rows have critical findings',
    'Mend what they name; or say retrain.data.onFindings: warn.',
  ],
  dvc_unusable: [
    409,
    'The repository of DVC cannot be used as it is',
    'See docs/guides/dvc-and-object-storage.md for what is expected.',
  ],
  storage_failed: [502, 'The storage of files did not do what was asked', 'See what it answered, and try again.'],
  quality_veto: [
    409,
    'The feed is broken; a broken feed is repaired, not learned',
    'Resolve the data-quality alert that the run names.',
  ],
  // Outbound calls
  address_refused: [400, 'The address may not be called', 'Private ranges need server.allowPrivateNetworks.'],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>;

export type ErrorCode = keyof typeof ERRORS;

/** An error with a code of the catalogue. `detail` names the input, what was expected and what came. */
export class LeewayError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Further members of the problem document, such as the list of mistakes. */
  readonly extra: Record<string, unknown>;

  constructor(code: ErrorCode, detail: string, options: { cause?: unknown; extra?: Record<string, unknown> } = {}) {
    super(`${ERRORS[code][1]}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LeewayError';
    this.code = code;
    this.detail = detail;
    this.extra = options.extra ?? {};
  }

  get status(): number {
    return ERRORS[this.code][0];
  }

  get remedy(): string {
    return ERRORS[this.code][2];
  }

  /** The error as an RFC 9457 problem document. */
  toProblem(): Problem {
    return {
      type: `urn:leeway:error:${this.code}`,
      code: this.code,
      status: this.status,
      title: ERRORS[this.code][1],
      detail: this.detail,
      remedy: this.remedy,
      ...this.extra,
    };
  }
}

export interface Problem {
  type: string;
  code: string;
  status: number;
  title: string;
  detail: string;
  remedy: string;
  [member: string]: unknown;
}
