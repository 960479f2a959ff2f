/** The text of a page without its markup, scripts and navigation; plain text as it is. */
export function readableText(body: string, type: string): string {
  if (!/html|xml/i.test(type)) return body.trim()
  const inner = /<(main|article)\b[^>]*>([\s\S]*?)<\/\1>/i.exec(body)?.[2] ?? body
  return inner
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<(script|style|noscript|nav|header|footer|svg|template|iframe)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<(?:br|\/p|\/div|\/li|\/h[1-6]|\/tr|\/pre)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => entities[name] ?? ' ')
    .replace(/[ \t]+/g, ' ')
    .replace(/ *\n\s*\n\s*/g, '\n\n')
    .trim()
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }
