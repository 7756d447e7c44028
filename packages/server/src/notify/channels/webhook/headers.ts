/** Headers that a configuration may not set: they frame the request, say who asks, or belong to the signature. */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);

/** Why a configuration may not set a header; null if it may. */
export function whyNotSet(name: string): string | null {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/.test(name)) return 'expected the name of a header';
  const key = name.toLowerCase();
  if (key === 'authorization') return 'use the option authorization, which is kept secret';
  const ours = OURS.has(key) || /^(proxy-|sec-|webhook-|x-forwarded-|x-real-ip$|x-http-method)/.test(key);
  return ours ? 'this header cannot be set here: HTTP or the signature needs it' : null;
}
