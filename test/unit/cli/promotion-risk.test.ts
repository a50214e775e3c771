import { describe, expect, it } from 'vitest'
import { promotionRisk } from '../../../src/cli/promotion-risk.ts'
import { english } from '../../../src/events/message.ts'
import type { DatabaseStatus } from '../../../src/keepalived/process/status.ts'

const DATABASE: DatabaseStatus = {
  instance: 'MMHA',
  up: true,
  holder: false,
  writable: false,
  epoch: 4,
  peer: 'silent',
  replicates: false,
  refusal: null,
  secondsBehind: null,
  transactionsBehind: null,
  mayLack: { unapplied: 0, known: 0, peerSaid: 1_000, waited: true },
  commitsWait: false,
  standbys: 0,
  enforced: false,
  quarantine: null,
}

type Lack = NonNullable<DatabaseStatus['mayLack']>

function risk(lack: Partial<Lack> | null, changes: Partial<DatabaseStatus> = {}): string {
  const { mayLack } = DATABASE
  const numbers = lack === null || mayLack === null ? null : { ...mayLack, ...lack }
  return promotionRisk('m2', 'm1', { ...DATABASE, ...changes, mayLack: numbers }, 1_030)
    .map(english)
    .join('\n')
}

describe('what a forced promotion may lose', () => {
  it.each<[string, string, string[]]>([
    [
      'a standby that had everything',
      risk({}),
      [
        'everything that it received has been applied',
        'm1 had, 30 s ago, nothing more',
        'waited for m2 then',
        'epoch 4',
      ],
    ],
    ['not applied', risk({ unapplied: 1 }), ['1 transaction received and not applied yet']],
    ['not received', risk({ known: 12 }), ['m1 had, 30 s ago, 12 transactions that m2 lacks']],
    ['long ago', risk({ peerSaid: -9_000 }), ['m1 had, 3 h ago,']],
    ['the peer answers', risk({ peerSaid: null, known: 3, waited: null }), ['m1 answers now, and has 3 transactions']],
    ['did not wait', risk({ waited: false }), ['commits on m1 did not wait for m2', 'may be on m1 alone']],
    [
      'the peer was never heard',
      risk({ known: null, peerSaid: null, waited: null }),
      ['what m1 had is not known', 'whether commits waited for the other host is not known'],
    ],
    [
      'quarantined',
      risk(null, { quarantine: { standing: 'diverged', why: 'it has more' } }),
      ['m2 is quarantined, diverged: it has more', 'says nothing of what it may lack'],
    ],
  ])('%s', (_name, text, wanted) => {
    for (const part of wanted) expect(text).toContain(part)
  })
})
