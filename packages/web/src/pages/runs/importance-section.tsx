import type { FeatureImportance } from '@leeway/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { versionExplanationQuery } from '../../api/retraining.ts';
import { barsHeight, importanceOption } from '../../charts/bars.ts';
import { Chart, usePalette } from '../../components/chart.tsx';
import { Load } from '../../components/load.tsx';
import { Section } from '../../components/page.tsx';
import { formatCount, formatShare } from '../../lib/format.ts';

const SHOWN = 20;

/** What a version goes by, beside what the champion of its run went by. */
export function ImportanceSection({ model, version }: { model: string; version: string }) {
  const query = useQuery(versionExplanationQuery(model, version));
  const note = query.data && `${query.data.how}; ${formatCount(query.data.rows)} rows`;
  return (
    <Section title="What it goes by" note={note}>
      <Load query={query}>{({ features }) => <Bars features={features} />}</Load>
    </Section>
  );
}

function Bars({ features }: { features: readonly FeatureImportance[] }) {
  const palette = usePalette();
  const shown = useMemo(() => features.slice(0, SHOWN), [features]);
  const option = useMemo(() => importanceOption(shown, palette), [shown, palette]);
  const compared = features.some(({ championShare }) => championShare !== null);
  const label = shown.map(({ feature, share }) => `${feature} ${formatShare(share)}`).join(', ');
  return (
    <>
      <div className="legend">
        <span>
          <span className="dot" style={{ background: palette.accent }} /> share of the importance
        </span>
        {compared && (
          <span>
            <span className="dot" style={{ background: palette.reference }} /> of the champion then
          </span>
        )}
        {features.length > SHOWN && <span>{features.length - SHOWN} more features are less important</span>}
      </div>
      <Chart option={option} height={barsHeight(shown.length)} label={`Shares of importance: ${label}`} />
    </>
  );
}
