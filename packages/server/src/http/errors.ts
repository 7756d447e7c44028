import { LeewayError } from '@leeway/contract';
import type { FastifyError, FastifyInstance } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

/** Turns every error into a problem document (RFC 9457) with a code of the catalogue. */
export function installErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = translate(error);
    if (known.status >= 500 && known.code !== 'overloaded')
      request.log.error({ err: error, reqId: request.id }, known.detail);
    if (known.code === 'overloaded' || known.code === 'too_many_requests')
      reply.header('retry-after', String(known.extra['retryAfter'] ?? 1));
    return reply
      .code(known.status)
      .type('application/problem+json')
      .send(JSON.stringify({ ...known.toProblem(), requestId: request.id }));
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new LeewayError('not_found', `${request.method} ${request.url}`);
    return reply
      .code(404)
      .type('application/problem+json')
      .send(JSON.stringify({ ...error.toProblem(), requestId: request.id }));
  });
}

/** A full disk, as SQLite, the operating system and PostgreSQL call it. */
const NO_SPACE = new Set(['SQLITE_FULL', 'ENOSPC', '53100']);

function translate(error: FastifyError): LeewayError {
  if (error instanceof LeewayError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const found = error.validation.map(
      (issue) =>
        `${issue.instancePath.replace(/^\//, '').replaceAll('/', '.') || error.validationContext}: ${issue.message}`,
    );
    return new LeewayError('invalid_request', found.join('; '));
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new LeewayError('body_too_large', error.message);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new LeewayError('unsupported_media_type', error.message);
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new LeewayError('invalid_json', error.message);
  }
  if (NO_SPACE.has(error.code)) return new LeewayError('storage_full', 'the store could not write');
  if (error.statusCode && error.statusCode < 500) return new LeewayError('invalid_request', error.message);
  return new LeewayError('internal', 'the request could not be finished', { cause: error });
}
