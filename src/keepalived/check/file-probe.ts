import type { FileCheck } from '../config/file-check.ts'
import type { RealServer } from '../config/servers.ts'
import type { Log } from '../notify/scripts.ts'
import { FileTracker } from '../track/file-tracker.ts'
import type { Finding, Probe } from './probe.ts'

/** The largest weight of a server; a number that takes so much away is a fault. */
const MOST = 65_535

/** What the number in the file means for a server of this weight, by keepalived's rule. */
export function judgeNumber(value: number, { file, weight, reverse }: FileCheck, own: number): Finding {
  const fault = `${file.file} is ${value}`
  if (weight === 0) return { fault: (value === 0) === reverse ? fault : null }
  const added = value * weight * (reverse ? -1 : 1)
  return added <= -MOST ? { fault } : { fault: null, weight: Math.min(MOST, own + added) }
}

/** The first attempt reads the file; each later one ends when the number has changed. */
export function fileProbe(check: FileCheck, { weight }: RealServer, log: Log): Probe {
  let tracker: FileTracker | null = null
  let news: number | null = null
  let heard: () => void = () => undefined
  const start = () =>
    new FileTracker({
      file: check.file,
      onValue: (value) => {
        news = value
        heard()
      },
      log,
    })
  return {
    what: `FILE_CHECK ${check.file.name}`,
    called: 'FILE CHECK',
    fromStart: false,
    ended: async () => tracker?.stop(),
    attempt: (signal) =>
      new Promise((resolve) => {
        const settle = (finding: Finding) => {
          signal.removeEventListener('abort', cut)
          heard = () => undefined
          resolve(finding)
        }
        const cut = () => settle({ fault: 'cut off' })
        if (signal.aborted) return cut()
        signal.addEventListener('abort', cut, { once: true })
        heard = () => {
          if (news === null) return
          const value = news
          news = null
          settle(judgeNumber(value, check, weight))
        }
        tracker ??= start()
        heard()
      }),
  }
}
