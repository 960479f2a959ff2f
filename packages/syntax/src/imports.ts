import type { ImportReference } from './analysis.ts'
import type { Language } from './language.ts'

type Form = ImportReference['form']

/** Reads an import statement's text. The grammar found it; its inside is regular enough for plain patterns. */
export function readImport(language: Language, statement: string, line: number): ImportReference[] {
  const make = (specifier: string, form: Form = 'module', names: readonly string[] = []): ImportReference => ({
    specifier,
    names,
    form,
    line,
  })
  switch (language) {
    case 'python':
      return readPython(statement, make)
    case 'typescript':
    case 'tsx':
    case 'javascript':
      return quoted(statement, 'last').map((specifier) =>
        make(specifier, /^(?:import|export)\b(?!\s*\()/.test(statement) ? 'module' : 'require'),
      )
    case 'go':
      return quoted(statement, 'first').map((specifier) => make(specifier))
    case 'rust':
      return readRust(statement, make)
    case 'java':
    case 'csharp':
      return dotted(statement).map((specifier) => make(specifier))
    case 'php':
      if (!/^use\b/i.test(statement)) return quoted(statement, 'first').map((specifier) => make(specifier, 'include'))
      return readPhpUse(statement).map((specifier) => make(specifier))
    case 'ruby':
      return quoted(statement, 'first').map((specifier) =>
        make(specifier, /^require_relative\b/.test(statement) ? 'include' : 'require'),
      )
    case 'c':
    case 'cpp': {
      const found = /#\s*include\s*(["<])([^">]+)[">]/.exec(statement)
      const specifier = found?.[2]
      return specifier === undefined ? [] : [make(specifier, found?.[1] === '<' ? 'system-include' : 'include')]
    }
    default:
      return []
  }
}

type Make = (specifier: string, form?: Form, names?: readonly string[]) => ImportReference

function readPython(statement: string, make: Make): ImportReference[] {
  const plain = statement.replace(/#[^\n]*/g, '').replace(/\\\r?\n/g, ' ')
  const from = /^from\s+([.\w]+(?:\s*\.\s*\w+)*)\s+import\s+([\s\S]*)$/.exec(plain)
  if (from !== null) {
    const names = listedNames(from[2] ?? '')
    return [make((from[1] ?? '').replace(/\s+/g, ''), 'module', names)]
  }
  const rest = /^import\s+([\s\S]*)$/.exec(plain)?.[1] ?? ''
  return listedNames(rest).map((specifier) => make(specifier))
}

function listedNames(list: string): string[] {
  return list
    .replace(/[()]/g, ' ')
    .split(',')
    .map((item) => item.trim().split(/\s+/)[0] ?? '')
    .filter((item) => item !== '')
}

function readRust(statement: string, make: Make): ImportReference[] {
  const child = /\bmod\s+(\w+)\s*;/.exec(statement)?.[1]
  if (child !== undefined) return [make(child, 'child-module')]
  const path = /\buse\s+([\s\S]*?);?\s*$/.exec(statement)?.[1]
  return path === undefined ? [] : expandBraces(path.replace(/\s+/g, ' ')).map((specifier) => make(specifier))
}

/** `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`; aliases and `self` are dropped. */
function expandBraces(path: string, depth = 0): string[] {
  const open = path.indexOf('{')
  if (open < 0 || depth > 20) {
    const plain = path
      .replace(/\s+as\s+\w+/, '')
      .replace(/::self$|::\*$/, '')
      .replace(/[\s{}]/g, '')
    return plain === '' ? [] : [plain]
  }
  const prefix = path.slice(0, open).trim()
  const close = path.lastIndexOf('}')
  const inner = path.slice(open + 1, close < 0 ? undefined : close)
  return splitTop(inner).flatMap((item) => expandBraces(`${prefix}${item.trim()}`, depth + 1))
}

function splitTop(list: string): string[] {
  const items: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < list.length; at++) {
    const char = list[at]
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (char === ',' && depth === 0) {
      items.push(list.slice(from, at))
      from = at + 1
    }
  }
  items.push(list.slice(from))
  return items.filter((item) => item.trim() !== '')
}

function readPhpUse(statement: string): string[] {
  const body = statement.replace(/^use\s+(?:function\s+|const\s+)?/i, '').replace(/;\s*$/, '')
  const group = /^(.*?)\{([\s\S]*)\}/.exec(body)
  const items =
    group === null ? body.split(',') : (group[2] ?? '').split(',').map((item) => (group[1] ?? '') + item.trim())
  return items.map((item) => item.trim().split(/\s+/)[0] ?? '').filter((item) => item !== '')
}

function dotted(statement: string): string[] {
  const found = /^(?:global\s+)?(?:import|using)\s+(?:static\s+)?(?:\w+\s*=\s*)?([\w.:]+\*?)/.exec(statement)?.[1]
  return found === undefined ? [] : [found]
}

function quoted(statement: string, which: 'first' | 'last'): string[] {
  const all = [...statement.matchAll(/(["'`])((?:(?!\1).)*)\1/g)].map((match) => match[2] ?? '')
  const attributes = which === 'last' && /\b(?:with|assert)\s*\{/.test(statement)
  const one = which === 'first' || attributes ? all[0] : all.at(-1)
  return one === undefined || one === '' ? [] : [one]
}
