import {
  IconAlertOctagonFilled,
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleXFilled,
  IconClock,
  IconInfoCircleFilled,
  IconPlayerPauseFilled,
} from '@tabler/icons-react';
import type { Look } from '../lib/states.ts';

const SHAPES = {
  octagon: IconAlertOctagonFilled,
  triangle: IconAlertTriangleFilled,
  info: IconInfoCircleFilled,
  check: IconCircleCheckFilled,
  cross: IconCircleXFilled,
  clock: IconClock,
  dashed: IconCircleDashed,
  pause: IconPlayerPauseFilled,
};

/** A state as icon and word in its colour. */
export function StateLabel({ look }: { look: Look }) {
  const Icon = SHAPES[look.shape];
  return (
    <span className="state" style={{ color: `var(--${look.tone})` }}>
      <Icon size={15} aria-hidden />
      {look.label}
    </span>
  );
}
