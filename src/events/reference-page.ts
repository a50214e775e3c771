import { z } from 'zod'
import { EVENT_CODES, type EventCode } from './codes.ts'
import { EVENT_DATA, EVENTS_VERSION } from './event-schema.ts'

const HEAD = `# What \`--json\` says

*Written by \`npm run docs\` from src/events.*

With \`--json\`, \`plan\`, \`provision\`, \`verify\`, \`rejoin\` and the other commands that work on hosts write one JSON document a line
to stdout: events while they work, and at the end one line that is the result, or the error. \`mmha schema --events\` prints
the JSON Schema of a line; the tests hold every line of every run against it.

    mmha provision inventory.yml --yes --json | jq -r 'select(.code == "step.changed") | "\\(.host) \\(.message)"'

- **Event**: \`{"type": "event", "version": ${EVENTS_VERSION}, "code", "level", "message", "said"?, "pair"?, "host"?, "data"?}\`. \`level\` is \`debug\`, \`info\`,
  \`warn\` or \`error\`. \`message\` is for people: its wording may change at any time; it is English in
  every locale. \`said\` has the code and the parameters of a message that is in the registry (src/events/messages).
- **Error**: \`{"type": "error", "version": ${EVENTS_VERSION}, "code", "message", "said"?, "host", "where", "hint", "exit"}\`, the last line of a command that
  ends early; \`exit\` is its exit code.
- **Result**: \`{"type": "result", "version": ${EVENTS_VERSION}, …}\`, the last line of a command that came to its end.

**The version** changes when a code or a key goes, or means something else. New codes, and new keys in \`data\`, come without a
new version: let pass what you don't know. A secret is \`***\` wherever it would stand.
`

/** docs/events.md. */
export function eventsPage(): string {
  const rows = Object.entries(EVENT_CODES).map(
    ([code, meaning]) => `| \`${code}\` | ${meaning} | ${keysOf(code as EventCode)} |`,
  )
  return [HEAD, '| code | when | `data` |', '|---|---|---|', ...rows, ''].join('\n')
}

function keysOf(code: EventCode): string {
  const data = EVENT_DATA[code]
  if (data === null) return ''
  const { properties = {} } = z.toJSONSchema(data)
  return Object.entries(properties)
    .map(([key, node]) => {
      const said = typeof node === 'object' ? node.description : undefined
      return `\`${key}\`${said === undefined ? '' : ` (${said})`}`
    })
    .join(', ')
}
