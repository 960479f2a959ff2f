/** An element of a test report. */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  text: string
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>|<(\/?)([^\s/>]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>|([^<]+)/g
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/**
 * Reads the plain XML of test reports. Document types and their entities are not expanded, so that a report written by the code under
 * test cannot use them against the reader. Undefined if it is not well formed.
 */
export function parseXml(source: string): XmlElement | undefined {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open: XmlElement[] = [root]
  let end = 0
  for (const match of source.matchAll(TOKEN)) {
    if (match.index !== end) return undefined
    end = match.index + match[0].length
    const [, cdata, closing, name, attributes = '', selfClosing, text] = match
    const current = open.at(-1)
    if (current === undefined) return undefined
    if (cdata !== undefined) current.text += cdata
    else if (text !== undefined) current.text += decode(text)
    else if (name !== undefined && closing === '/') {
      if (open.length < 2 || current.name !== name) return undefined
      open.pop()
    } else if (name !== undefined) {
      const element: XmlElement = { name, attributes: readAttributes(attributes), children: [], text: '' }
      current.children.push(element)
      if (selfClosing !== '/') open.push(element)
    }
  }
  return end === source.length && open.length === 1 ? root.children[0] : undefined
}

function readAttributes(source: string): Record<string, string> {
  const entries = [...source.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => [
    name,
    decode(double ?? single ?? ''),
  ])
  return Object.fromEntries(entries)
}

function decode(text: string): string {
  return text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return Number.isInteger(code) && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
