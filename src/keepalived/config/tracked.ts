/** What is tracked and how elections go, as configured. Times in s. */

/** Who becomes master, beyond priorities. */
export interface ElectionConfig {
  /** An advert before yielding to a higher priority, so that the winner sends gratuitous ARP again. */
  readonly higherPrioSendAdvert: boolean
  /** A lower advert is not answered at once. */
  readonly lowerPrioNoAdvert: boolean
  /** Intervals without an advert that, with the skew, are a dead master. */
  readonly downTimerAdverts: number
  /** Priority 255: others' adverts are not heard. */
  readonly ownerIgnoreAdverts: boolean
  readonly notifyPriorityChanges: boolean
}

/** One entry of track_script, track_interface, track_process or track_file. */
export interface Tracked {
  readonly name: string
  /** 0: down is FAULT (with `reverse`: up is). */
  readonly weight: number
  /** The weight counts the other way round. */
  readonly reverse: boolean
}

export interface TrackProcess {
  readonly name: string
  /** Name of the process as in /proc/PID/comm, or the first word of its command line. */
  readonly process: string
  readonly parameters: readonly string[]
  /** null: the parameters must be exactly these (when there are any). */
  readonly paramMatch: 'initial' | 'partial' | null
  readonly fullCommand: boolean
  readonly quorum: number
  /** null: any number. */
  readonly quorumMax: number | null
  /** s */
  readonly forkDelay: number
  /** s */
  readonly terminateDelay: number
  readonly weight: number
  readonly reverse: boolean
}

export interface TrackFile {
  readonly name: string
  readonly file: string
  /** Written at the start. */
  readonly init: { readonly value: number; readonly overwrite: boolean } | null
  /** Times the number in the file; 0: any number but 0 is FAULT. */
  readonly weight: number
  readonly reverse: boolean
}

export interface InterfaceDelay {
  readonly name: string
  /** s */
  readonly down: number
  /** s */
  readonly up: number
}
