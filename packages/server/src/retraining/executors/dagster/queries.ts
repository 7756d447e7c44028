/** A union's failures all have a message, but for those of a run configuration. */
const TROUBLE = '... on Error { message }';

export const LAUNCH = `mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId status } }
    ... on RunConfigValidationInvalid { errors { message } }
    ${TROUBLE}
  }
}`;

export const FIND = `query Find($filter: RunsFilter!) {
  runsOrError(filter: $filter, limit: 1) { __typename ... on Runs { results { runId } } ${TROUBLE} }
}`;

export const LOOK = `query Look($id: ID!) {
  runOrError(runId: $id) { __typename ... on Run { runId status } ${TROUBLE} }
}`;

export const TERMINATE = `mutation Terminate($id: String!) {
  terminateRun(runId: $id) { __typename ... on TerminateRunSuccess { run { runId } } ... on TerminateRunFailure { message } ${TROUBLE} }
}`;

export const LOGS = `query Logs($id: ID!, $after: String, $limit: Int!) {
  logsForRun(runId: $id, afterCursor: $after, limit: $limit) {
    __typename
    ... on EventConnection { cursor events { ... on MessageEvent { message stepKey } } }
    ${TROUBLE}
  }
}`;
