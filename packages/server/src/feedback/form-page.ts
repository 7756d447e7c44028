import type { FeedbackConfig, FeedbackQuestion, ModelConfig } from '@leeway/contract';
import { escapeHtml } from '../platform/escape-html.ts';

export interface FormState {
  /** What was wrong with what was sent, in words. */
  mistake?: string;
  /** What was sent, so that nobody writes it twice. */
  values?: URLSearchParams;
}

/** The page on which a person says what they think of a prediction. One form; it needs no script. */
export function feedbackForm(model: ModelConfig, { mistake, values = new URLSearchParams() }: FormState = {}): string {
  const { form, rating, questions, corrections } = model.feedback;
  const chosen = (name: string) => values.get(name) ?? '';
  const fields = [
    scale('rating', 'Rating', rating, chosen('rating')),
    ...questions.map((question) => questionField(question, chosen(`answer.${question.name}`))),
    ...(corrections === 'label' ? [text('correction', 'What would have been right?', chosen('correction'), 200)] : []),
    ...(form.comment ? [area('comment', 'Anything else?', chosen('comment'))] : []),
  ];
  const problem = mistake ? `<p class="problem" role="alert">${escapeHtml(mistake)}</p>` : '';
  return page(
    form.title,
    `${problem}<form method="post">\n${fields.join('\n')}\n<button type="submit">Send</button>\n</form>`,
  );
}

/** A page that only says something. */
export const feedbackNote = (title: string, text = ''): string => page(title, text ? `<p>${escapeHtml(text)}</p>` : '');

/** What was sent, as a row of feedback. Empty fields say nothing. */
export function feedbackRow(values: URLSearchParams, { questions }: FeedbackConfig, regression: boolean): object {
  const given = (name: string) => values.get(name)?.trim() || undefined;
  const number = (value: string | undefined) =>
    value === undefined || Number.isNaN(Number(value)) ? value : Number(value);
  const correction = given('correction');
  const answers = questions.flatMap(({ name }): [string, string][] => {
    const answer = given(`answer.${name}`);
    return answer === undefined ? [] : [[name, answer]];
  });
  return {
    rating: number(given('rating')),
    correction: regression ? number(correction) : correction,
    comment: given('comment'),
    answers: Object.fromEntries(answers),
  };
}

function questionField(question: FeedbackQuestion, value: string): string {
  const name = `answer.${question.name}`;
  if (question.type === 'scale') return scale(name, question.text, question, value);
  if (question.type === 'text') return area(name, question.text, value);
  return choice(
    name,
    question.text,
    question.choices.map((text) => [text, text]),
    value,
  );
}

function scale(name: string, label: string, { min, max }: { min: number; max: number }, value: string): string {
  const steps = max - min;
  if (!Number.isInteger(steps) || steps > 10)
    return `<label>${escapeHtml(label)} <input type="number" name="${escapeHtml(name)}" min="${min}" max="${max}" step="any" value="${escapeHtml(value)}"></label>`;
  const all = Array.from({ length: steps + 1 }, (_, i): [string, string] => [String(min + i), String(min + i)]);
  return choice(name, label, all, value);
}

function choice(name: string, label: string, options: [value: string, text: string][], chosen: string): string {
  const radios = options.map(
    ([value, text]) =>
      `<label class="option"><input type="radio" name="${escapeHtml(name)}" value="${escapeHtml(value)}"${value === chosen ? ' checked' : ''}> ${escapeHtml(text)}</label>`,
  );
  return `<fieldset><legend>${escapeHtml(label)}</legend>${radios.join('')}</fieldset>`;
}

const text = (name: string, label: string, value: string, most: number): string =>
  `<label>${escapeHtml(label)} <input type="text" name="${name}" maxlength="${most}" value="${escapeHtml(value)}"></label>`;

const area = (name: string, label: string, value: string): string =>
  `<label>${escapeHtml(label)} <textarea name="${escapeHtml(name)}" rows="4" maxlength="10000">${escapeHtml(value)}</textarea></label>`;

/** The style of the page, and the only one that its policy lets in. */
export const FORM_STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:34rem;padding:1rem}h1{font-size:1.25rem}
form{display:grid;gap:1rem}label{display:grid;gap:.25rem}
fieldset{border:1px solid #8888;border-radius:.4rem;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:.5rem .75rem}
.option{display:flex;gap:.4rem;align-items:center;min-height:2rem}
input[type=text],input[type=number],textarea{font:inherit;padding:.4rem;border:1px solid #888;border-radius:.4rem}
button{font:inherit;padding:.5rem 1.25rem;border-radius:.4rem;border:1px solid #888;justify-self:start;cursor:pointer}
.problem{border-left:.25rem solid #c92a2a;padding-left:.75rem}`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${FORM_STYLE}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
}
