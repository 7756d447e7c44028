import { z } from 'zod';

/** Marks an option of a channel as a secret: the API never gives it back, and no error or log shows it. */
export const secret = <T extends z.ZodType>(schema: T): T =>
  schema.meta({ ...schema.meta(), secret: true, writeOnly: true });

/** The values of the options that are marked as secrets. */
export function secretsOf(schema: z.ZodObject, options: Record<string, unknown>): string[] {
  return Object.entries(schema.shape).flatMap(([key, field]) => {
    return isSecret(field as z.ZodType) ? textsOf(options[key]) : [];
  });
}

/** A secret may be a list or a map of texts, such as further headers. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function isSecret(field: z.ZodType): boolean {
  if (field.meta()?.['secret'] === true) return true;
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault
    ? isSecret(field.unwrap() as z.ZodType)
    : false;
}

/**
 * Takes secrets out of a text: those given, whole or as they stand in a URL, and whatever looks like one. Of a URL only
 * the host is left, since its path or query often is the secret.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text
    .replace(/\b(https?:\/\/)(?:[^\s/@]*@)?([^\s/?#"'<>]+)[/?#][^\s"'<>]*/gi, '$1$2/[secret]')
    .replace(/\b(Bearer|Basic|GenieKey)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [secret]')
    .replace(/\b(whsec_|xox[a-z]-)[A-Za-z0-9+/=_-]+/g, '$1[secret]');
  for (const value of secrets.flatMap(formsOf).sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(value, '[secret]');
  }
  return clean;
}

function formsOf(value: string): string[] {
  const forms = [value, encodeURIComponent(value), Buffer.from(value).toString('base64')];
  if (URL.canParse(value)) {
    const url = new URL(value);
    const parts = [...url.pathname.split('/').slice(-1), ...url.searchParams.values()].filter(
      (part) => part.length >= 6,
    );
    forms.push(`${url.pathname}${url.search}`, url.pathname, ...parts);
  }
  return forms.filter((form) => form.length >= 4);
}
