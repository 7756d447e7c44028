import type { Problem } from '@leeway/contract';

/** What the server refused, with what it says to do about it. */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;

  constructor({ status, title, detail, remedy }: Pick<Problem, 'status' | 'title' | 'detail' | 'remedy'>) {
    super(detail ? `${title}: ${detail}` : title);
    this.name = 'ApiError';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.remedy = remedy;
  }
}

/** A failure in one line, for places where there is no room for more. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Sends a request under /api/v1; a JSON body makes it a POST unless a method is given. */
export async function request<T>(path: string, options: { method?: string; body?: unknown } = {}): Promise<T> {
  const { body, method = body === undefined ? 'GET' : 'POST' } = options;
  const response = await answerOf(path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** What stands under /api/v1 as text. */
export const requestText = async (path: string): Promise<string> => (await answerOf(path, {})).text();

async function answerOf(path: string, init: RequestInit): Promise<Response> {
  const response = await reach(`/api/v1${path}`, { credentials: 'same-origin', ...init });
  if (!response.ok) throw new ApiError(await problemOf(response));
  return response;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new ApiError({
      status: 0,
      title: 'The server cannot be reached',
      detail: error instanceof Error ? error.message : '',
      remedy: 'Check that `leeway serve` is running and that this browser can reach it.',
    });
  }
}

async function problemOf(response: Response): Promise<Pick<Problem, 'status' | 'title' | 'detail' | 'remedy'>> {
  const given = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return {
    status: response.status,
    title: given.title ?? `The server answered ${response.status}`,
    detail: given.detail ?? '',
    remedy: given.remedy ?? 'Try again; if it goes on, look at the server log.',
  };
}

/** `?a=1&b=2` of the values that are there. */
export function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
