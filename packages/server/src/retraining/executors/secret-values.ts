/** Variables with such names hold what no log may show. */
const SECRET_NAME = /token|secret|passw|credential|key|dsn/i;

/** The values of variables whose names say that they are secrets: a schema cannot mark them. */
export const secretValues = (variables: Readonly<Record<string, string>>): string[] =>
  Object.entries(variables)
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value]) => value);
