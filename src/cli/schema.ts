import type { Command } from 'commander'
import { inventoryJsonSchema } from '../inventory/schema.ts'

interface SchemaFlags {
  readonly events?: boolean
}

const HELP = `
Examples:
  mmha schema >inventory.schema.json
  mmha schema --events >mmha-json.schema.json   # docs/events.md says it in words
`

/** `mmha schema`: JSON Schemas: of the inventory, for editors; of what `--json` writes, for programs. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the inventory, for editors, or of what --json writes')
    .option('--events', 'of a line that a command with --json writes')
    .addHelpText('after', HELP)
    .action(async ({ events }: SchemaFlags) => {
      const schema =
        events === true ? (await import('../events/event-schema.ts')).eventsJsonSchema() : inventoryJsonSchema()
      process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`)
    })
}
