import { Section } from '../../components/page.tsx';
import { ScrollText } from '../../components/scroll-text.tsx';
import { toYaml } from '../../lib/yaml.ts';
import type { ModelView } from './view.ts';

export function ConfigurationTab({ view }: { view: ModelView }) {
  return (
    <Section
      title="Configuration"
      note="as it is applied, with every default; it is changed in leeway.yaml and by `leeway apply`"
    >
      <ScrollText label="Configuration as YAML" text={toYaml(view.config)} whole />
    </Section>
  );
}
