import { beyond, count, EMPTY, formatGtidSet, subtract } from '../../mysql/gtid-set.ts'
import type { Quarantine } from '../../mysql/rejoin.ts'
import { Durability } from './durability.ts'
import type { Judgement, Situation } from './judgement.ts'
import type { PeerView } from './peer.ts'
import { saveTail } from './quarantine.ts'
import type { LocalServer } from './server.ts'
import type { StateFile } from './state-file.ts'

type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** A difference must be seen this many times before it counts: both servers are at work while we look. */
const SIGHTINGS = 3

/** Whether this server is quarantined; says so loudly, remembers it over restarts, saves the tail. */
export class QuarantineKeeper {
  readonly #log: Log
  readonly #state: StateFile
  readonly #stateDir: string | undefined
  readonly #durability: Durability
  #quarantine: Quarantine = null
  #sightings = 0

  constructor(options: { log: Log; state: StateFile; stateDir: string | undefined }) {
    this.#log = options.log
    this.#state = options.state
    this.#stateDir = options.stateDir
    this.#durability = new Durability(options)
  }

  get current(): Quarantine {
    return this.#quarantine
  }

  /** What is known before the peer is looked at. @throws SqlError, and when the disk refuses */
  async known(server: LocalServer, holder: boolean): Promise<Pick<Situation, 'quarantine' | 'doubt'>> {
    return { quarantine: this.#quarantine, doubt: await this.#durability.look(server, holder) }
  }

  async recall(): Promise<void> {
    this.#quarantine = (await this.#state.read()).quarantine
  }

  /** @returns whether the verdict may be acted on; a bad one only when it was seen again */
  async weigh(server: LocalServer, verdict: Judgement, peer: PeerView): Promise<boolean> {
    const bad = verdict.quarantine !== null || (verdict.channel === 'stop' && peer.state === 'up')
    if (!bad) {
      this.#sightings = 0
      if (this.#quarantine !== null && peer.state === 'up') {
        this.#log('info', `no longer quarantined: ${verdict.classification.standing}`)
        await this.#set(null)
      }
      return true
    }
    this.#sightings += 1
    if (this.#sightings < SIGHTINGS && this.#quarantine === null) return false
    if (verdict.quarantine !== null && this.#quarantine?.standing !== verdict.quarantine.standing) {
      await this.#set(verdict.quarantine)
      this.#proclaim(server, verdict, peer)
    }
    return true
  }

  /** By an operator's word. @throws when the disk refuses */
  async lift(): Promise<void> {
    this.#sightings = 0
    if (this.#quarantine === null) return
    this.#log('warn', `no longer quarantined, by an operator’s word: ${this.#quarantine.why}`)
    await this.#set(null)
  }

  async #set(quarantine: Quarantine): Promise<void> {
    this.#quarantine = quarantine
    await this.#state.update({ quarantine })
  }

  #proclaim(server: LocalServer, verdict: Judgement, peer: PeerView): void {
    const { flavour } = server.dialect
    const theirs = peer.state === 'up' ? peer.snapshot.history.executed : EMPTY
    const common = subtract(theirs, verdict.classification.missing)
    const extra = beyond(flavour, verdict.classification.extra, common)
    const missing = beyond(flavour, verdict.classification.missing, common)
    this.#log(
      'error',
      `QUARANTINED, ${verdict.quarantine?.standing}: ${verdict.quarantine?.why}. ` +
        `Only here (${count(extra)}): ${formatGtidSet(flavour, extra) || 'none'}; ` +
        `only on the peer (${count(missing)}): ${formatGtidSet(flavour, missing) || 'none'}. ` +
        'This server will not hold the address and nobody fetches from it until `mmha rejoin`.',
    )
    if (verdict.quarantine?.standing === 'rolled-back' && extra.size === 0) {
      this.#log(
        'warn',
        'no transaction is only here as far as GTIDs tell, so there is no tail to save; rows may differ',
      )
    }
    if (extra.size === 0 || server.binlogIndex === '' || peer.state !== 'up') return
    const stateDir = this.#stateDir
    saveTail({ flavour, binlogIndex: server.binlogIndex, extra, common, ...(stateDir && { stateDir }) }).then(
      (lines) => {
        for (const line of lines) this.#log('warn', line)
      },
      (error: Error) => this.#log('warn', `the transactions that are only here could not be saved: ${error.message}`),
    )
  }
}
