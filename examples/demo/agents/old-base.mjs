// Works from an old commit, as an agent does that was started long ago.
import { edit } from './edit.mjs'

edit('.gitignore', (text) => `${text.trimEnd()}\n*.orig\n`)
