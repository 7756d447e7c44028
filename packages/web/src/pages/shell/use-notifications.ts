import type { Alert, Event, Severity } from '@leeway/contract';
import { useLocalStorage } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { request } from '../../api/http.ts';
import {
  type Ability,
  abilityOf,
  COMPLAINTS,
  decideNotice,
  type Notice,
  splitBurst,
  type Told,
} from '../../lib/notifications.ts';

const TOLD = 'leeway-notified';
const GATHER_MS = 1_000;
const MORE = 'more';

export interface Notifications {
  /** The least severity that is told of; null: none is. */
  least: Severity | null;
  choose: (least: Severity | null) => void;
  /** Why nothing is shown although it is wanted. */
  complaint: string | null;
  onEvent: (event: Event) => void;
}

/** Notifications of the browser about alerts, where the person at it has asked for them. They come while a tab is open. */
export function useNotifications(): Notifications {
  const [least, setLeast] = useLocalStorage<Severity | null>({ key: 'leeway-notify', defaultValue: null });
  const [ability, setAbility] = useState<Ability>(() => abilityOf(window));
  const [failed, setFailed] = useState<string | null>(null);
  const show = useShow(setFailed);
  const changed = useRef(new Map<string, string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const on = ability === 'can' ? least : null;
  const wanted = useRef(on);
  wanted.current = on;

  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = useCallback(async () => {
    timer.current = undefined;
    const all = changed.current;
    changed.current = new Map();
    const { each, more } = splitBurst(all, readTold());
    for (const id of each) {
      const found = await request<{ alert: Alert }>(`/alerts/${encodeURIComponent(id)}`).catch(() => null);
      if (!found || wanted.current === null) continue;
      // Read anew each time: another tab may have told of it meanwhile.
      const { notice, told } = decideNotice(found.alert, readTold(), wanted.current);
      localStorage.setItem(TOLD, JSON.stringify(told));
      if (notice) show(notice, id);
    }
    if (more > 0)
      show({ tag: MORE, title: `${more} more alerts fire`, body: 'Leeway lists them all.', stays: false }, null);
  }, [show]);

  const onEvent = useCallback(
    ({ name, data }: Event) => {
      const { alert, state } = data;
      if (wanted.current === null || name !== 'alert.changed') return;
      if (typeof alert !== 'string' || typeof state !== 'string') return;
      changed.current.set(alert, state);
      timer.current ??= setTimeout(() => void tell(), GATHER_MS);
    },
    [tell],
  );

  const choose = (next: Severity | null) => {
    setLeast(next);
    setFailed(null);
    const now = abilityOf(window);
    setAbility(now);
    // Only a click may ask.
    if (next !== null && now === 'ask') void Notification.requestPermission().then(() => setAbility(abilityOf(window)));
  };
  const complaint = least === null ? null : (failed ?? COMPLAINTS[ability]);
  return { least, choose, complaint, onEvent };
}

function readTold(): Told {
  try {
    return JSON.parse(localStorage.getItem(TOLD) ?? '{}') as Told;
  } catch {
    return {};
  }
}

function useShow(onFailure: (why: string) => void) {
  const navigate = useNavigate();
  return useCallback(
    ({ tag, title, body, stays }: Notice, alert: string | null) => {
      try {
        const notification = new Notification(title, { body, tag, requireInteraction: stays, icon: '/favicon.svg' });
        notification.onclick = () => {
          window.focus();
          notification.close();
          if (alert === null) void navigate({ to: '/alerts' });
          else void navigate({ to: '/alerts/$id', params: { id: alert } });
        };
      } catch {
        // Browsers of telephones leave it to installed applications.
        onFailure('This browser shows notifications of installed applications only.');
      }
    },
    [navigate, onFailure],
  );
}
