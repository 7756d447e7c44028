import { pino } from 'pino';

export type Logger = pino.Logger;

const SECRET_KEYS = ['token', 'password', 'secret', 'authorization', 'cookie', 'url'];

/**
 * The server's log: JSON lines with the names of the Elastic Common Schema, on stderr, so that stdout stays a command's answer.
 * Members that may hold a secret are blanked at the top and one level down.
 */
export function createLogger(level = 'info'): Logger {
  return pino(
    {
      level,
      base: { 'ecs.version': '8.11.0', 'service.name': 'leeway' },
      messageKey: 'message',
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ 'log.level': label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
