// Sets the level of compression; two of these run at once with different levels.
import { edit, numbersOnTarget } from '../edit.mjs'

const wanted = Number(process.argv[2])
const level = Math.max(wanted, ...numbersOnTarget(/zlib\.compress\(json, (\d)\)/))
edit('src/itsdangerous/url_safe.py', (text) =>
  text.replace(/zlib\.compress\(json.*$/m, `zlib.compress(json, ${level})  # asked for: ${wanted}`),
)
