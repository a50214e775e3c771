/** Where a local server is and how its life is watched: what keepalived.conf says of it. Times in seconds. */
export interface WatchedServer {
  readonly name: string
  readonly socket: string
  readonly port: number
  /** Option file ([client] user/password) of the local role account, root-only. */
  readonly credentials: string
  readonly pidFile: string | null
  /** s between probes; death is seen as an event, this is for hangs. */
  readonly interval: number
  /** s until an unanswered probe counts as failed. */
  readonly timeout: number
  readonly fall: number
  readonly rise: number
}
