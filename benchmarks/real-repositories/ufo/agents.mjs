// Codemods for unjs/ufo: `node agents.mjs NAME [ARGUMENT]`.
import { writeFileSync } from 'node:fs'
import { edit, numbersOnTarget } from '../edit.mjs'

const [name, argument] = process.argv.slice(2)

const agents = {
  'hoist-regex': () =>
    edit('src/utils.ts', (text) =>
      text
        .replace('.replace(/\\/{2,}/g, "/")', '.replace(DOUBLE_SLASH_RE, "/")')
        .replace(/^const JOIN_LEADING_SLASH_RE = .*$/m, '$&\nconst DOUBLE_SLASH_RE = /\\/{2,}/g;'),
    ),

  'clearer-error': () => {
    const say = (text) =>
      text.replaceAll('URL input should be string received ', 'resolveURL() expects a string, received ')
    edit('src/utils.ts', say)
    edit('test/resolve.test.ts', say)
  },

  'with-port': () => {
    writeFileSync(
      'src/port.ts',
      `import { parseHost, parseURL, stringifyParsedURL } from "./parse";

/**
 * Adds or replaces the port of the URL.
 *
 * @example
 * \`\`\`js
 * withPort("http://localhost/foo", 3000); // "http://localhost:3000/foo"
 * \`\`\`
 *
 * @group utils
 */
export function withPort(input: string, port: number): string {
  const parsed = parseURL(input);
  if (!parsed.host) {
    return input;
  }
  parsed.host = parseHost(parsed.host).hostname + ":" + port;
  return stringifyParsedURL(parsed);
}
`,
    )
    writeFileSync(
      'test/port.test.ts',
      `import { expect, test } from "vitest";
import { withPort } from "../src";

test.each([
  ["http://localhost/foo", "http://localhost:3000/foo"],
  ["http://localhost:80/foo?a=1#b", "http://localhost:3000/foo?a=1#b"],
  ["/foo", "/foo"],
])("withPort(%s, 3000)", (input, out) => {
  expect(withPort(input, 3000)).toBe(out);
});
`,
    )
    edit('src/index.ts', (text) => text.replace('export * from "./query";', 'export * from "./port";\n$&'))
  },

  extension: () => {
    writeFileSync(
      'src/extension.ts',
      `import { parseFilename } from "./parse";

/**
 * Returns the extension of the last path segment, without the dot.
 *
 * @example
 * \`\`\`js
 * parseExtension("http://example.com/archive.tar.gz"); // "gz"
 * \`\`\`
 *
 * @group parsing_utils
 */
export function parseExtension(input = ""): string | undefined {
  return parseFilename(input, { strict: true })?.split(".").pop();
}
`,
    )
    writeFileSync(
      'test/extension.test.ts',
      `import { expect, test } from "vitest";
import { parseExtension } from "../src";

test.each([
  ["http://example.com/archive.tar.gz", "gz"],
  ["/a/b.txt?c=d.e", "txt"],
  ["/a/b", undefined],
])("parseExtension(%s)", (input, out) => {
  expect(parseExtension(input)).toBe(out);
});
`,
    )
    edit('src/index.ts', (text) => text.replace('export * from "./parse";', 'export * from "./extension";\n$&'))
  },

  'port-digits': () => {
    const digits = Math.max(Number(argument), ...numbersOnTarget(/\\d\{1,(\d+)\}\)\?\//))
    edit('src/parse.ts', (text) =>
      text.replace(
        /(\(input\.match\(\/\(\[\^\/:\]\*\):\?\()\\d(?:\+|\{1,\d+\})(\)\?\/\) \|\| \[\]\)\.splice\(1\);).*$/m,
        `$1\\d{1,${digits}}$2 // asked for: ${argument}`,
      ),
    )
  },

  'faster-join': () =>
    edit('src/utils.ts', (text) =>
      text.replace(
        'segment.replace(JOIN_LEADING_SLASH_RE, "")',
        'segment.startsWith("./") ? segment.slice(2) : segment',
      ),
    ),
}

const agent = agents[name]
if (!agent) throw new Error(`There is no agent ${name}`)
agent()
