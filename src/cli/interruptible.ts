import type { Interrupt } from '../engine/interruption.ts'

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Runs what a person may end: the first Ctrl-C (or SIGTERM, SIGHUP) asks it to stop, the next one to leave at once. */
export async function interruptible<T>(work: (interrupt: Interrupt) => Promise<T>): Promise<T> {
  const [stop, now] = [new AbortController(), new AbortController()]
  const hear = () => (stop.signal.aborted ? now : stop).abort()
  for (const signal of SIGNALS) process.on(signal, hear)
  try {
    return await work({ stop: stop.signal, now: now.signal })
  } finally {
    for (const signal of SIGNALS) process.off(signal, hear)
  }
}
