import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SearchedText } from '../src/rank/evidence/searched-text.ts'

const found = (text: string, term: string) => new SearchedText(text).places(term)

describe('a text in which words are looked for', () => {
  it('finds where a word or a part of one begins', () => {
    expect(found('validate isValid VALID_ID re-valid', 'valid')).toEqual([0, 11, 17, 29])
    expect(found('invalid INVALID unvalidated', 'valid')).toEqual([])
    expect(found('parseHTTPRequest HTTPRequest', 'request')).toEqual([9, 21])
  })

  it('takes a short word for one only if it stands whole', () => {
    expect(found('run runs running runtime reRun', 'run')).toEqual([0, 4, 27])
  })

  it('keeps places where a letter has another length when small', () => {
    const text = 'İstanbul readConfig'
    expect(found(text, 'config')).toEqual([text.indexOf('Config')])
  })

  it('knows whether a word follows another one', () => {
    for (const text of ['read config', 'readConfig', 'READ_CONFIG', 'reading-configs', 'readconfig'])
      expect(new SearchedText(text).following(0, 4, 'config'), text).toBe(text.toLowerCase().indexOf('config'))
    for (const text of ['read the config', 'read', 'ready. Set config'])
      expect(new SearchedText(text).following(0, 4, 'config'), text).toBe(-1)
  })

  it('finds a word as it is written, with nothing of a word around it', () => {
    const text = new SearchedText('inputs = Input.of(INPUT)')
    expect(text.placeOf('Input')).toBe(9)
    expect(text.placeOf('input')).toBe(-1)
    expect(text.placeOf('INPUT')).toBe(18)
  })

  it('tells quoted places from others', () => {
    const text = new SearchedText(`say("it's", 'a "b"', c)`)
    const isQuoted = (part: string) => text.isQuoted(`say("it's", 'a "b"', c)`.indexOf(part))
    expect([isQuoted('say'), isQuoted('it'), isQuoted('b'), isQuoted('c)')]).toEqual([false, true, true, false])
  })

  it('knows the names that a line gives a meaning', () => {
    const declared: [line: string, name: string][] = [
      ['  readTimeout?: number', 'readTimeout'],
      ['\tReadTimeout time.Duration', 'ReadTimeout'],
      ['    self.timeout = 5', 'timeout'],
      ["  'retry-after': 3,", 'retry'],
      ['  "timeout": 3,', 'timeout'],
      ['  NotFound,', 'NotFound'],
      ['    pub(crate) timeout: u64,', 'timeout'],
      ['  private readonly timeout: number', 'timeout'],
      ['  Close() error', 'Close'],
    ]
    const used: [line: string, name: string][] = [
      ['  return readTimeout', 'readTimeout'],
      ['  if (a.timeout == 5) {', 'timeout'],
      ['  x = timeout', 'timeout'],
      ['  timeout == 5', 'timeout'],
      ['  Timeout::new()', 'Timeout'],
    ]
    const isDeclared = ([line, name]: [string, string]) =>
      new SearchedText(`\n${line}\n`).isDeclared(line.indexOf(name) + 1, name.length)
    expect(declared.filter((one) => !isDeclared(one)).map(([line]) => line)).toEqual(["  'retry-after': 3,"])
    expect(used.filter(isDeclared)).toEqual([])
  })

  it('has the line of each place', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab]{0,4}$/), { minLength: 1, maxLength: 8 }), (lines) => {
        const text = lines.join('\n')
        const searched = new SearchedText(text)
        for (let at = 0; at < text.length; at++)
          expect(searched.lineOf(at)).toBe(text.slice(0, at).split('\n').length - 1)
      }),
    )
  })
})

it('takes what stands far along its line for data', () => {
  const text = new SearchedText(`${'x = 1; '.repeat(1_000)}'budget': 2`)
  const [at = 0] = text.places('budget')
  expect([text.isQuoted(at), text.isDeclared(at, 'budget'.length)]).toEqual([false, false])
  expect(text.nameAt(at)).toEqual({ name: 'budget', start: at })
  expect(new SearchedText('a'.repeat(100_000)).nameAt(50_000)).toBeUndefined()
})
