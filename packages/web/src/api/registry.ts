import type { AliasMove, KeptCard, Lineage, RollbackPlan, StageNote, VersionDiff, VersionInfo } from '@leeway/contract';
import { queryOptions } from '@tanstack/react-query';
import { query, request, requestText } from './http.ts';

/** One version: its record, where it comes from and what became of it. */

const at = (model: string, version: string) =>
  `/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}`;

export const versionQuery = (model: string, version: string) =>
  queryOptions({
    queryKey: ['versions', model, 'one', version],
    queryFn: () => request<VersionInfo>(at(model, version)),
  });

export const stagesQuery = (model: string, version: string) =>
  queryOptions({
    queryKey: ['versions', model, 'stages', version],
    queryFn: () => request<{ stages: StageNote[] }>(`${at(model, version)}/stages`).then(({ stages }) => stages),
  });

export const lineageQuery = (model: string, version: string) =>
  queryOptions({
    queryKey: ['versions', model, 'lineage', version],
    queryFn: () => request<Lineage>(`${at(model, version)}/lineage`),
  });

export const diffQuery = (model: string, version: string, other: string) =>
  queryOptions({
    queryKey: ['versions', model, 'diff', version, other],
    queryFn: () => request<VersionDiff>(`${at(model, version)}/diff/${encodeURIComponent(other)}`),
  });

/** Every move of the aliases of a model, the newest first. */
export const aliasMovesQuery = (model: string) =>
  queryOptions({
    queryKey: ['versions', model, 'aliases'],
    queryFn: () =>
      request<{ moves: AliasMove[] }>(`/models/${encodeURIComponent(model)}/aliases/history`).then(
        ({ moves }) => moves,
      ),
  });

export const cardAddress = (model: string, version: string, suffix: 'md' | 'html') =>
  `/api/v1${at(model, version)}/card.${suffix}`;

/** The model card as Markdown, from the record as it is now. */
export const cardQuery = (model: string, version: string) =>
  queryOptions({
    queryKey: ['versions', model, 'card', version],
    queryFn: () => requestText(`${at(model, version)}/card.md`),
  });

export const keptCardsQuery = (model: string, version: string) =>
  queryOptions({
    queryKey: ['versions', model, 'cards', version],
    queryFn: () => request<{ cards: KeptCard[] }>(`${at(model, version)}/cards`).then(({ cards }) => cards),
  });

/** What going back would do; without a version, to the one that served before. */
export const rollbackPlanQuery = (model: string, version: string | undefined) =>
  queryOptions({
    queryKey: ['versions', model, 'rollback', version],
    queryFn: () => request<RollbackPlan>(`/models/${encodeURIComponent(model)}/rollback${query({ version })}`),
    retry: false,
  });
