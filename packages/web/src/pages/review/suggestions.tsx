import type { Suggestion } from '@leeway/contract';
import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReviewSpan, suggestionsQuery, useSuggest } from '../../api/review.ts';
import { Load } from '../../components/load.tsx';
import { Nothing, Section } from '../../components/page.tsx';
import { Problem } from '../../components/problem.tsx';
import { SuggestionCard } from './suggestion-card.tsx';

/** Thresholds that would have told what was useful and less of what was noise. Nothing changes until somebody applies one. */
export function Suggestions({ model, from }: ReviewSpan) {
  const query = useQuery(suggestionsQuery);
  const suggest = useSuggest();
  const look = model && (
    <Button variant="default" loading={suggest.isPending} onClick={() => suggest.mutate({ model, from })}>
      Look for better thresholds of {model}
    </Button>
  );
  return (
    <Section
      title="Suggested thresholds"
      note="from the verdicts, by replaying what is stored"
      actions={look || <span className="quiet">choose a model to look for some</span>}
    >
      {suggest.error && <Problem error={suggest.error} />}
      {suggest.data?.none.map(({ rule, reason }) => (
        <Text key={rule} size="sm">
          <strong>{rule}:</strong> <span className="quiet">{reason}</span>
        </Text>
      ))}
      <Load query={query} height={120}>
        {(all) => <Cards suggestions={all.filter((one) => model === undefined || one.model === model)} />}
      </Load>
    </Section>
  );
}

function Cards({ suggestions }: { suggestions: Suggestion[] }) {
  if (suggestions.length === 0) {
    return <Nothing>None yet. It takes three alerts of a rule that were judged, one of them as noise.</Nothing>;
  }
  return (
    <div className="small-charts">
      {suggestions.map((suggestion) => (
        <SuggestionCard key={suggestion.id} suggestion={suggestion} />
      ))}
    </div>
  );
}
