import { createInterface } from 'node:readline'
import { Writers } from './writer.ts'

/** Clients in a process of their own, inside the lab's network. stdin: an address a line, where the holder is; its end: stop. argv: ms between two writes. */
const pauseMs = process.argv[2] === undefined ? undefined : Number(process.argv[2])
let writers: Writers | null = null
const lines = createInterface({ input: process.stdin })
lines.on('line', (address) => {
  if (writers === null) writers = new Writers(address, pauseMs)
  else writers.moveTo(address)
})
lines.on('close', () => {
  void (writers?.stop() ?? Promise.resolve()).then(() => {
    const inserted = [...(writers?.ledger.inserted ?? [])]
    const counters = [...(writers?.ledger.counters ?? [])]
    const result = JSON.stringify({ inserted, counters, longestGapMs: writers?.longestGapMs() ?? 0 })
    // Where nobody holds the address any more, the kernel keeps a farewell to it, and with that this process, for minutes.
    process.stdout.write(result, () => process.exit())
  })
})
