import type { Mail } from './mail.ts'
import type { Notification } from './notify-queue.ts'
import type { Payload } from './webhook.ts'

/** What waits in an outbox. */
export interface Kept<Item> {
  readonly item: Item
  /** For messages: `mail "subject"`. */
  readonly what: string
  /** ms for which it waits already. */
  readonly ageMs: number
}

export interface DatedMail {
  readonly mail: Mail
  /** When it happened, ms since 1970. */
  readonly at: number
}

/** What a check worker has not told yet when a reload ends it: the next one tells it. Plain data, it goes from process to process. */
export interface Unsent {
  readonly scripts: readonly { readonly key: string; readonly notification: Notification }[]
  readonly mails: readonly Kept<DatedMail>[]
  readonly changes: readonly Kept<Payload>[]
}
