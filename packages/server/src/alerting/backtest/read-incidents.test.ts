import { describe, expect, it } from 'vitest';
import { parseIncidents } from './read-incidents.ts';

const FEED = { start: '2024-03-01', end: '2024-03-02T06:00:00Z' };

describe('parseIncidents', () => {
  it.each([
    ['a.csv', 'start,end\n2024-03-01,2024-03-02T06:00:00Z\n', [FEED]],
    ['a.CSV', 'start,end\r\n2024-03-01,2024-03-02T06:00:00Z\r\n\r\n', [FEED]],
    [
      'a.csv',
      'Start,End,Model,Rule,Note\n2024-03-01,,flights,low,"feed, ""kilometres"""',
      [{ start: '2024-03-01', model: 'flights', rule: 'low', note: 'feed, "kilometres"' }],
    ],
    ['a.yaml', '- { start: 2024-03-01, end: "2024-03-02T06:00:00Z" }', [FEED]],
    ['a.yml', 'incidents:\n  - start: 2024-03-01\n    end: 2024-03-02T06:00:00Z', [FEED]],
    ['a.json', '[{"start":"2024-03-01","end":"2024-03-02T06:00:00Z"}]', [FEED]],
    ['a.json', '[]', []],
  ])('reads %s: %j', (name, text, expected) => {
    expect(parseIncidents(name, text)).toEqual(expected);
  });

  it.each([
    ['a.csv', 'begin,end\n1,2', 'has no column "start"; it has begin, end'],
    ['a.csv', 'start\nMarch', 'incident 1: start: '],
    ['a.yaml', '- { start: 2024-03-01, ende: 2024-03-02 }', '"ende"'],
    ['a.yaml', '- {', 'a.yaml: '],
  ])('says what is wrong in %s: %j', (name, text, message) => {
    expect(() => parseIncidents(name, text)).toThrow(message);
  });
});
