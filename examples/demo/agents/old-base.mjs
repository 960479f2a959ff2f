// Works from an old commit, as an agent does that was started long ago.
import { edit } from './edit.mjs'

edit('LICENSE', (text) => text.replace('[yyyy] [name of copyright owner]', '2026 The Patchlane authors'))
