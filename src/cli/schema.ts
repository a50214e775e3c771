import type { Command } from 'commander'
import { inventoryJsonSchema } from '../inventory/schema.ts'

/** `mmha schema`: the JSON Schema of the inventory, for editors. */
export function registerSchema(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of the inventory, for editors')
    .addHelpText('after', '\nExample:\n  mmha schema >inventory.schema.json\n')
    .action(() => {
      process.stdout.write(`${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`)
    })
}
