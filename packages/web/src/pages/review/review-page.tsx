import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { clockQuery } from '../../api/clock.ts';
import { modelsQuery } from '../../api/queries.ts';
import { type ReviewSpan, rulesReviewQuery, since } from '../../api/review.ts';
import { Load } from '../../components/load.tsx';
import { Page, Section } from '../../components/page.tsx';
import { RuleReviewTable } from './rule-review-table.tsx';
import { namesOf } from './rules.ts';
import { type ReviewSearch, SPANS, type Span } from './search.ts';
import { Suggestions } from './suggestions.tsx';
import { Unjudged } from './unjudged.tsx';

const DEFAULT: Span = 28;
const LABELS: Record<Span, string> = { 7: 'Week', 28: '4 weeks', 90: '90 days' };

export function ReviewPage() {
  const { model, days = DEFAULT } = useSearch({ from: '/shell/review' });
  const navigate = useNavigate({ from: '/review' });
  const clock = useQuery(clockQuery);
  const models = useQuery(modelsQuery).data ?? [];
  const change = (next: ReviewSearch) => void navigate({ search: next, replace: true });
  const spanOf = (span: Span) => (span === DEFAULT ? {} : { days: span });
  return (
    <Page
      title="Review"
      aside={<span className="quiet">which alerts were worth being told</span>}
      actions={
        <>
          <Select
            aria-label="Model"
            placeholder="Every model"
            size="xs"
            w={170}
            clearable
            searchable
            data={models.map(({ name }) => name)}
            value={model ?? null}
            onChange={(value) => change({ ...(value ? { model: value } : {}), ...spanOf(days) })}
          />
          <SegmentedControl
            aria-label="Time looked back on"
            size="xs"
            value={String(days)}
            onChange={(value) => change({ ...(model ? { model } : {}), ...spanOf(Number(value) as Span) })}
            data={SPANS.map((span) => ({ value: String(span), label: LABELS[span] }))}
          />
        </>
      }
    >
      <Load query={clock} height={420}>
        {(ahead) => <Review model={model} from={since(days, Date.now() + ahead)} />}
      </Load>
    </Page>
  );
}

/** What alerts were worth: those nobody has judged, rules by their noise, and thresholds that would make less of it. */
function Review({ model, from }: ReviewSpan) {
  const review = useQuery(rulesReviewQuery({ model, from }));
  return (
    <>
      <Unjudged model={model} from={from} />
      <Section title="Rules" note="the noisiest first">
        <Load query={review} height={280}>
          {({ rules, zone }) => (
            <>
              {namesOf(rules).map(({ what, names, hint }) => (
                <p key={what} style={{ margin: 0 }} title={hint}>
                  <strong>{what}:</strong> {names.join(', ')}
                </p>
              ))}
              <RuleReviewTable rules={rules} zone={zone} />
            </>
          )}
        </Load>
      </Section>
      <Suggestions model={model} from={from} />
    </>
  );
}
