import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { STATE_DIR } from '../role/state-file.ts'
import type { ToVrrp } from './messages.ts'

/**
 * Maintenance: this node does not become holder, and what fails here (a check, a script, the database) is no news for VRRP.
 * It holds until it is turned off, also over restarts, so it is a file.
 */
export const MAINTENANCE_FILE = `${STATE_DIR}/maintenance`

export function maintenanceIsOn(file: string): boolean {
  return existsSync(file)
}

/** @throws the system's error: then nothing has changed */
export function keepMaintenance(file: string, on: boolean): void {
  if (!on) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, 'mmha-keepalived ctl maintenance off ends it\n', { mode: 0o600 })
}

/** Holds back what the check worker says while maintenance is on. Pure but for its memory. */
export class MaintenanceSieve {
  #on: boolean
  readonly #held = new Map<string, ToVrrp>()

  constructor(on: boolean) {
    this.#on = on
  }

  get on(): boolean {
    return this.#on
  }

  /** @returns what VRRP may hear now; null: nothing */
  sift(message: ToVrrp): ToVrrp | null {
    if (message.t !== 'gate' && message.t !== 'track') return message
    const key = message.t === 'gate' ? `gate ${message.instance}` : `track ${message.instance} ${message.tracker}`
    if (this.#on && (message.t === 'gate' || !message.up)) {
      this.#held.set(key, message)
      return null
    }
    this.#held.delete(key)
    return message
  }

  /** @returns what was held back and counts now */
  turn(on: boolean): ToVrrp[] {
    this.#on = on
    if (on) return []
    const held = [...this.#held.values()]
    this.#held.clear()
    return held
  }
}
