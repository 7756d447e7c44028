import { Button, Code, Loader, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLogIn } from '../../api/actions.ts';
import { Problem } from '../../components/problem.tsx';

/** Logs in with the code in the address (`/login#CODE`), or with a code or a token that is pasted. */
export function LoginPage() {
  const { next } = useSearch({ from: '/login' });
  const navigate = useNavigate();
  const router = useRouter();
  const { mutate, isPending, error } = useLogIn();
  const [token, setToken] = useState('');
  const code = useRef(window.location.hash.slice(1));

  const logIn = useCallback(
    (given: string) => {
      const onSuccess = () => {
        // Only addresses of this dashboard: `next` comes from the address bar.
        if (next?.startsWith('/') && !next.startsWith('//')) router.history.push(next);
        else void navigate({ to: '/' });
      };
      mutate(given, { onSuccess });
    },
    [mutate, navigate, next, router],
  );

  useEffect(() => {
    const given = code.current;
    if (given === '') return;
    code.current = '';
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    logIn(decodeURIComponent(given));
  }, [logIn]);

  return (
    <main style={{ maxWidth: 400, margin: '14vh auto 0', padding: '0 16px' }}>
      <Stack gap="md">
        <div className="brand">
          <img src="/favicon.svg" width={26} height={26} alt="" />
          Leeway
        </div>
        <Title order={1}>Log in</Title>
        <Text size="sm" c="dimmed">
          Open the login link that the server printed when it started, or make a new one with{' '}
          <Code>leeway token login</Code>. A token works too.
        </Text>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            logIn(token.trim());
          }}
        >
          <Stack gap="sm">
            <PasswordInput
              label="Token or login code"
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              autoComplete="current-password"
              autoFocus
              required
            />
            <Button type="submit" size="sm" loading={isPending} disabled={token.trim() === ''}>
              Log in
            </Button>
          </Stack>
        </form>
        {isPending && <Loader size="sm" aria-label="Logging in" />}
        {error && <Problem error={error} />}
      </Stack>
    </main>
  );
}
