import { appendFileSync } from 'node:fs'
import { beyond, parseGtidSet } from '../mysql/gtid-set.ts'
import type { Config } from './config/config.ts'
import { formatConfig } from './config/format.ts'
import { HOST_FILES } from './config/include.ts'
import { parseConfigFile } from './config/parse.ts'
import { configTest } from './lint/config-test.ts'
import { clearAddresses } from './process/clear-addresses.ts'
import type { Invocation } from './process/command-line.ts'
import { runCtl } from './process/ctl.ts'
import { runGenhash } from './process/genhash-line.ts'
import { type Log, stderrLog } from './process/log.ts'
import { sayGone } from './process/say-gone.ts'
import { signalNumber } from './process/signal-names.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 4

export type Errand = Exclude<Invocation, { does: 'help' | 'version' | 'refuse' | 'worker' | 'run' }>

/** What is done once, beside a daemon or without one; what speaks to a database is loaded only for that. @returns the exit code */
export async function runErrand(errand: Errand): Promise<number> {
  switch (errand.does) {
    case 'genhash':
      return runGenhash(errand.words)
    case 'signum':
      return printSignal(errand.name)
    case 'test':
      return testConfig(errand)
    case 'format':
      return printFormatted(errand.configFile)
    case 'ctl':
      return runCtl(errand.controlSocket, errand.request)
    case 'cleanup':
      return cleanup(errand, stderrLog(''))
    case 'say-gone':
      return untilGone(errand)
    case 'binlog-trim':
      return import('./role/binlog-trim.ts').then(async ({ trimBinlog }) => {
        await trimBinlog(configOf(errand), { log: stderrLog('') })
        return 0
      })
    case 'binlog-tail':
      return writeTail(errand)
  }
}

async function untilGone(choice: ConfigChoice): Promise<number> {
  const told = await sayGone(configOf(choice), stderrLog(''), () => process.stdout.write('looking\n'))
  return told ? 0 : EXIT_FAILED
}

async function writeTail({ flavour, index, into, ...sets }: Extract<Errand, { does: 'binlog-tail' }>): Promise<number> {
  const [all, common] = [sets.extra, sets.common].map((text) => parseGtidSet(flavour, text))
  if (all === undefined || common === undefined) throw new Error('two sets are needed')
  const extra = beyond(flavour, all, common)
  const { saveBinlog } = await import('./role/quarantine.ts')
  process.stdout.write(`${await saveBinlog({ flavour, binlogIndex: index, extra, common }, into)}\n`)
  return 0
}

interface ConfigChoice {
  readonly configFile: string
  readonly configId: string | null
}

function configOf({ configFile, configId }: ConfigChoice): Config {
  return parseConfigFile(configFile, configId).config
}

function printFormatted(file: string): number {
  const text = HOST_FILES.read(file)
  if (text === null) process.stderr.write(`mmha-keepalived: can't read ${file}\n`)
  else process.stdout.write(formatConfig(text))
  return text === null ? EXIT_USAGE : 0
}

function printSignal(name: string): number {
  const signal = signalNumber(name)
  if (signal === null) process.stderr.write(`Unknown sigfunc ${name}\n`)
  else process.stdout.write(`${signal}\n`)
  return signal === null ? EXIT_FAILED : 0
}

function testConfig({ logFile, ...options }: Extract<Invocation, { does: 'test' }>): number {
  const { exit, text, to } = configTest(options)
  if (logFile !== null) appendFileSync(logFile, text)
  else if (to === 'stdout') process.stdout.write(text)
  else process.stderr.write(text)
  return exit
}

/** After the daemon ended, however it ended: no address, no writes. */
async function cleanup(choice: ConfigChoice, log: Log): Promise<number> {
  const config = configOf(choice)
  for (const address of clearAddresses(config)) log('warn', `removed ${address}, which was left over`)
  const { fenceLocal } = await import('./role/fence-local.ts')
  await fenceLocal(config, log)
  return 0
}
