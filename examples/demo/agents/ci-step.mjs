// Touches the configuration of continuous integration: never without a person.
import { edit } from './edit.mjs'

edit('.github/workflows/demo.yml', (text) => text.replace('timeout-minutes: 15', 'timeout-minutes: 10'))
