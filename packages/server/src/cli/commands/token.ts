import { type AddCommand, serverCommand } from '../command.ts';
import { day, print, printJson, table } from '../io.ts';

export const addTokenCommands: AddCommand = (program) => {
  const token = program.command('token').description('tokens that programs and people call with').exitOverride();
  serverCommand<[string], { role: string }>(
    token,
    'create <name>',
    'make a token; it is shown this once',
    'leeway token create pricing-service --role service',
    (command) => command.option('--role <role>', 'admin, operator, viewer or service', 'service'),
    async (api, [name], { role, json }) => {
      const made = await api.post<{ token: string }>('/tokens', { name, role });
      if (json) printJson(made);
      else print(made.token);
    },
  );
  serverCommand<[], object>(
    token,
    'list',
    'tokens, without their secrets',
    'leeway token list',
    (command) => command,
    async (api, _args, { json }) => {
      const found = await api.get<{ tokens: { id: string; name: string; role: string; createdAt: string }[] }>(
        '/tokens',
      );
      if (json) return printJson(found);
      print(
        table(found.tokens, [
          { title: 'TOKEN', value: (t) => t.id },
          { title: 'NAME', value: (t) => t.name },
          { title: 'ROLE', value: (t) => t.role },
          { title: 'MADE', value: (t) => day(t.createdAt) },
        ]),
      );
    },
  );
  serverCommand<[string], object>(
    token,
    'revoke <id>',
    'end a token',
    'leeway token revoke tok_01kq3v9r2x7d5m8t',
    (command) => command,
    async (api, [id], { json }) => {
      await api.delete(`/tokens/${encodeURIComponent(id)}`);
      if (json) printJson({ revoked: id });
      else print(`${id} is revoked`);
    },
  );
  serverCommand<[], object>(
    token,
    'login',
    'make a link that logs a browser in, once, within a day',
    'leeway token login',
    (command) => command,
    async (api, _args, { json }) => {
      const made = await api.post<{ link: string }>('/tokens/login', {});
      if (json) printJson(made);
      else print(made.link);
    },
  );
  serverCommand<[], { forget?: boolean }>(
    token,
    'rotate-links',
    'make a new key for the signed links in messages and forms',
    'leeway token rotate-links --forget',
    (command) => command.option('--forget', 'links that are out stop to work at once'),
    async (api, _args, { forget = false, json }) => {
      await api.post('/links/rotate', { forget });
      if (json) printJson({ rotated: true, forgot: forget });
      else
        print(forget ? 'links that are out work no more' : 'new links have a new key; those that are out still work');
    },
  );
};
