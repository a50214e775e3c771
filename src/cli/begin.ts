import { CommanderError } from 'commander'
import { EXIT } from '../events/error.ts'
import { language } from '../events/language.ts'
import { describeFailure } from './failure.ts'
import { programFor } from './program.ts'

// `mmha … | head`, a terminal that is closed: what nobody reads is dropped, and the work goes on to its end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

try {
  const words = process.argv.slice(2)
  const program = await programFor(words)
  await program.parseAsync(words, { from: 'user' })
} catch (error) {
  if (error instanceof CommanderError) {
    // commander has said what is wrong itself; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.invalid
  } else {
    const failure = describeFailure(error, (process.env.MMHA_DEBUG ?? '') !== '', language())
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(failure.document)}\n`)
    process.stderr.write(`${failure.text}\n`)
    process.exitCode = failure.exit
  }
}
