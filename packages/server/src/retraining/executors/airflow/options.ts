import { z } from 'zod';
import { secret } from '../../../notify/secret.ts';

export const airflowOptions = z
  .strictObject({
    url: z.url({ protocol: /^https?$/ }).describe('Address of Airflow, without `/api/...`.'),
    dag: z.string().min(1).describe('Name of the DAG that trains. It must not be paused.'),
    version: z
      .union([z.literal('auto'), z.literal(2), z.literal(3)])
      .default('auto')
      .describe('Airflow 2 (API v1) or 3 (API v2). By itself it is asked for at every start.'),
    token: secret(z.string().min(1).describe('A token that is sent as it is (Bearer).')).optional(),
    username: z.string().min(1).optional().describe('User: with Airflow 2 for Basic, with Airflow 3 to fetch a token.'),
    password: secret(z.string().min(1).describe('Password of the user.')).optional(),
    conf: z
      .record(z.string(), z.unknown())
      .default({})
      .describe('Further values for the configuration of the DAG run (`conf`), beside those of the training contract.'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    message: 'username and password belong together',
    path: ['password'],
  });
export type AirflowOptions = z.infer<typeof airflowOptions>;
