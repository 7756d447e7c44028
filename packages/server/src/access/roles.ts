/**
 * What a route asks of its caller; `link`: nothing but the signed link that is its address; `training`: the token of the
 * training that it is about, which no role has.
 */
export type Access = 'public' | 'link' | 'training' | 'read' | 'ingest' | 'infer' | 'operate' | 'admin';

/** What a token is for. */
export const ROLES = {
  admin: ['read', 'ingest', 'infer', 'operate', 'admin'],
  operator: ['read', 'operate'],
  viewer: ['read'],
  /** A prediction service: it sends rows and asks the gateway, and reads nothing. */
  service: ['ingest', 'infer'],
} as const satisfies Record<string, readonly Access[]>;

export type Role = keyof typeof ROLES;

export const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name);

export function mayDo(role: Role, access: Access): boolean {
  return access === 'public' || access === 'link' || (ROLES[role] as readonly Access[]).includes(access);
}
