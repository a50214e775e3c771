import type { PaceConfig } from '../config/announcement.ts'
import type { FrameSocket } from '../linux/frame-socket.ts'
import { SyscallError } from '../linux/native.ts'
import type { Announcement } from './virtual-addresses.ts'

interface Pace {
  readonly name: string
  /** ms between two frames; 0: at once. */
  readonly everyMs: number
}

interface Waiting {
  readonly owner: string
  readonly announcement: Announcement
  readonly pace: Pace
}

interface Kept {
  readonly everyMs: number
  readonly announcements: () => readonly Announcement[]
  nextAt: number
}

export interface AnnouncerOptions {
  readonly frames: Pick<FrameSocket, 'send'>
  /** ms, monotonic */
  readonly now: () => number
  /** A frame could not be sent. */
  readonly complain: (owner: string, text: string) => void
}

/** Tells neighbours where addresses are, no faster than the pace of each interface allows. */
export class Announcer {
  readonly #options: AnnouncerOptions
  #pace: PaceConfig
  #queue: Waiting[] = []
  /** When a pace allows its next frame. */
  readonly #freeAt = new Map<string, number>()
  readonly #kept = new Map<string, Kept>()

  constructor(pace: PaceConfig, options: AnnouncerOptions) {
    this.#pace = pace
    this.#options = options
  }

  /** Another pace, from now on. */
  become(pace: PaceConfig): void {
    this.#pace = pace
  }

  /** Sends each frame so many times, now or as soon as the pace allows. */
  announce(owner: string, announcements: readonly Announcement[], repeat: number): void {
    for (let round = 0; round < repeat; round += 1) {
      for (const announcement of announcements) {
        const pace = this.#paceOf(announcement)
        if (pace.everyMs === 0) this.#send(owner, announcement)
        else this.#queue.push({ owner, announcement, pace })
      }
    }
    this.flush()
  }

  /** Sends them again and again, until `forget`. @param everyMs 0: not any more */
  keep(owner: string, everyMs: number, announcements: () => readonly Announcement[]): void {
    const known = this.#kept.get(owner)
    if (everyMs === 0) {
      this.#kept.delete(owner)
      return
    }
    if (known?.everyMs === everyMs) this.#kept.set(owner, { ...known, announcements })
    else this.#kept.set(owner, { everyMs, announcements, nextAt: this.#options.now() + everyMs })
  }

  /** The addresses are not here any more: nothing of theirs is sent from now on. */
  forget(owner: string): void {
    this.#queue = this.#queue.filter((waiting) => waiting.owner !== owner)
    this.#kept.delete(owner)
  }

  /** When `flush` has something to do; null: never. */
  get deadline(): number | null {
    const paces = [...new Set(this.#queue.map(({ pace }) => pace.name))]
    const all = [
      ...paces.map((name) => this.#freeAt.get(name) ?? 0),
      ...[...this.#kept.values()].map(({ nextAt }) => nextAt),
    ]
    return all.length === 0 ? null : Math.min(...all)
  }

  /** Sends what may be sent now. */
  flush(): void {
    const now = this.#options.now()
    for (const [owner, kept] of this.#kept) {
      if (kept.nextAt > now) continue
      kept.nextAt = now + kept.everyMs
      this.announce(owner, kept.announcements(), 1)
    }
    const later: Waiting[] = []
    for (const waiting of this.#queue.splice(0)) {
      const { name, everyMs } = waiting.pace
      if ((this.#freeAt.get(name) ?? 0) > now) later.push(waiting)
      else {
        this.#freeAt.set(name, now + everyMs)
        this.#send(waiting.owner, waiting.announcement)
      }
    }
    this.#queue = later
  }

  #paceOf({ dev, family }: Announcement): Pace {
    const at = this.#pace.groups.findIndex(({ interfaces }) => interfaces.includes(dev))
    const { garpInterval, gnaInterval } = this.#pace.groups[at] ?? this.#pace
    const seconds = family === 4 ? garpInterval : gnaInterval
    return { name: `${family} ${at < 0 ? dev : `group ${at}`}`, everyMs: seconds * 1000 }
  }

  #send(owner: string, { ifindex, frame }: Announcement): void {
    try {
      this.#options.frames.send(ifindex, frame)
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error
      this.#options.complain(owner, `can't tell the neighbours: ${error.message}`)
    }
  }
}
