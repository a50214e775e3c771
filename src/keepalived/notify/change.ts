import type { VrrpState } from '../process/messages.ts'

/** What happened to whom: one line of a FIFO, one request of the webhook. */
export type Change =
  | {
      readonly type: 'INSTANCE' | 'GROUP'
      readonly name: string
      readonly state: VrrpChange
      readonly priority: number
    }
  | { readonly type: 'VS'; readonly name: string; readonly state: ServerState }
  | { readonly type: 'RS'; readonly name: string; readonly virtualServer: string; readonly state: ServerState }

export type VrrpChange =
  | Exclude<VrrpState, 'INIT'>
  | 'DELETED'
  | 'MASTER_RX_LOWER_PRI'
  | 'MASTER_PRIORITY'
  | 'BACKUP_PRIORITY'

export type ServerState = 'UP' | 'DOWN'

/** keepalived's name of a server: `[10.0.0.1]:tcp:3306`. */
export function serverName(address: string, port: number, protocol: string): string {
  return `[${address}]:${protocol}:${port}`
}

/** keepalived's line of a FIFO, with its line end. Names can't hold a line end: they are words of the configuration. */
export function fifoLine(change: Change): string {
  switch (change.type) {
    case 'VS':
      return `VS ${change.name} ${change.state}\n`
    case 'RS':
      return `RS ${change.name} ${change.virtualServer} ${change.state}\n`
    default:
      return `${change.type} "${change.name}" ${change.state} ${change.priority}\n`
  }
}
