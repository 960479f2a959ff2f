import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, it } from 'vitest'
import { formatClock, formatDuration, formatSize } from '../src/text/duration.ts'
import * as plain from '../src/text/plain-table.ts'
import { manyLines, oneLine, safeJson } from '../src/text/sanitize.ts'
import { renderTable } from '../src/text/table.ts'

it.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]8;;http://x\u0007link\u001b]8;;\u0007', 'link'],
  ['\u001b]0;title\u001b\\rest', 'rest'],
  ['\u009b2Jcleared', 'cleared'],
  ['\u001bPpayload\u001b\\after', 'after'],
  ['a\u202eb\u2066c', 'abc'],
  ['one\r\ntwo\tthree', 'one two three'],
  ['bell\u0007 back\b', 'bell back'],
  ['\u001b]unfinished', ''],
  ['naïve ✓ 漢字', 'naïve ✓ 漢字'],
])('takes the control out of %j', (text, expected) => {
  expect(oneLine(text)).toBe(expected)
})

it('leaves no control character, whatever comes', () => {
  const anything = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u001b', '[', ']', '\u009b', '\u0007', '\\', 'm', '\r', '\n', '\t'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    ),
  })
  fc.assert(
    fc.property(anything, (text) => {
      expect(oneLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      expect(manyLines(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
      const json = safeJson({ text })
      expect(json).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
      expect(JSON.parse(json)).toEqual({ text })
    }),
  )
})

it('keeps tables within the width, and columns in line', () => {
  const columns = [{ title: 'a', yields: 1, min: 4 }, { title: 'b' }, { title: 'n', align: 'right' as const }]
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ maxLength: 60 }), fc.stringMatching(/^[a-z]{1,6}$/), fc.nat(999).map(String))),
      fc.integer({ min: 20, max: 100 }),
      (rows, width) => {
        const clean = rows.map(([a, b, n]) => [oneLine(a), b, n])
        for (const line of renderTable(columns, clean, { width })) expect(stringWidth(line)).toBeLessThanOrEqual(width)
      },
    ),
  )
  expect(renderTable(columns, [['漢字漢字漢字', 'x', '7']], { width: 14 })).toEqual([
    'a         b  n',
    '漢字漢…   x  7',
  ])
})

it('shows plain cells alike, whatever measures them', () => {
  const columns = [
    { title: 'a', yields: 1, min: 4 },
    { title: 'b', align: 'right' as const },
  ]
  const text = fc.stringMatching(/^[ -~]{0,40}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text)), fc.integer({ min: 5, max: 90 }), (rows, width) => {
      expect(rows.flat().every(plain.isPlain)).toBe(true)
      expect(plain.renderTable(columns, rows, { width })).toEqual(renderTable(columns, rows, { width }))
    }),
  )
  expect(['é', '漢', '\u001b[1m', '\t'].some(plain.isPlain)).toBe(false)
})

it('tells time and size', () => {
  expect([0, 999, 1500, 65_000, 3_700_000].map(formatDuration)).toEqual(['0 ms', '999 ms', '1.5 s', '1:05', '1:01:40'])
  expect(formatClock(-5)).toBe('0:00')
  expect([12, 1500, 2_500_000].map(formatSize)).toEqual(['12 B', '1.5 kB', '2.5 MB'])
})
