import { hostname, userInfo } from 'node:os'
import type { ClientChannel } from 'ssh2'
import { EXIT, MmhaError } from '../events/error.ts'
import { errors } from '../events/messages/errors.ts'
import { frame } from '../events/messages/frame.ts'
import { ROOT_SHELL } from '../hosts/become.ts'
import type { Connection } from '../hosts/connection.ts'
import { STEPS_STOP } from '../hosts/run-sections.ts'
import { shellQuote } from '../modules/step.ts'

/** A lock on a host. It is a file lock held by a channel of our connection: it dies with us, however we die. */
export interface HostLock {
  /** @throws MmhaError LOCK_LOST (exit 75) when the host has given it up: we were silent for too long. */
  check(): void
  release(): Promise<void>
}

/** ms between our signs of life, and s without one until the host frees the lock: sshd may not see a cut link for hours. */
const HEARTBEAT = 3_000
const SILENCE = 15

/** What somebody does who finds it taken. */
export interface LockPatience {
  /** s */
  readonly wait: number
  /** Called when it begins to wait. @param owner who has it */
  onWait(owner: string): void
}

const NO_PATIENCE: LockPatience = { wait: 0, onWait: () => undefined }

/** Takes the lock of a host. @throws MmhaError LOCKED (exit 75) naming its owner, LOCK_FAILED (exit 1). */
export async function takeLock(connection: Connection, patience: LockPatience = NO_PATIENCE): Promise<HostLock> {
  const channel = await connection.openStream(ROOT_SHELL, { asRoot: true })
  const owner = `${userInfo().username}@${hostname()} (process ${process.pid}) since ${new Date().toISOString()}`
  let open = true
  const closed = new Promise<void>((resolve) => channel.once('close', resolve)).then(() => {
    open = false
  })
  const answer = firstLine(channel, closed, patience)
  channel.stderr.resume()
  channel.write(lockScript(owner, patience.wait))
  const said = await answer
  if (said !== 'LOCKED') {
    channel.end()
    throw refusal(connection.name, said)
  }
  const heartbeat = setInterval(() => open && channel.write('.\n'), HEARTBEAT)
  // Also when nobody releases it: a host whose power was cut takes its channel with it.
  void closed.then(() => clearInterval(heartbeat))
  return {
    check: () => {
      if (!open) throw lost(connection.name)
    },
    release: async () => {
      if (open) channel.end()
      await closed
    },
  }
}

/** The first line that matters; '' when the channel closes without one. */
function firstLine(channel: ClientChannel, closed: Promise<void>, { onWait }: LockPatience): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    let waits = false
    channel.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const owner = /^WAITS (.*)\n/m.exec(text)?.[1]
      if (owner !== undefined && !waits) {
        waits = true
        onWait(owner || 'its owner is unknown')
      }
      const line = /^(LOCKED|BUSY .*)\n/m.exec(text)?.[1]
      if (line !== undefined) resolve(line)
    })
    void closed.then(() => resolve(''))
  })
}

function refusal(host: string, said: string): MmhaError {
  const owner = /^BUSY (.*)$/.exec(said)?.[1]
  if (owner === undefined) {
    return new MmhaError(frame('lock.failed', { host }), {
      code: 'LOCK_FAILED',
      source: 'user',
      exit: EXIT.failed,
      host,
      where: errors('where.lock'),
      hint: frame('lock.failed.do'),
    })
  }
  return new MmhaError(frame('lock.busy', { host, owner: owner || frame('lock.owner-unknown') }), {
    code: 'LOCKED',
    source: 'user',
    exit: EXIT.locked,
    host,
    where: errors('where.lock'),
    hint: frame('lock.busy.do', { seconds: SILENCE }),
  })
}

function lost(host: string): MmhaError {
  return new MmhaError(frame('lock.lost', { host, seconds: SILENCE }), {
    code: 'LOCK_LOST',
    source: 'user',
    exit: EXIT.locked,
    host,
    where: errors('where.lock'),
    hint: frame('error.go-on'),
  })
}

/** One group, so that the shell has read all of it before stdin becomes the heartbeat. */
function lockScript(owner: string, wait: number): string {
  const later = `{ printf 'WAITS %s\\n' "$(cat /run/mmha/owner 2>/dev/null)"; flock -w ${wait} 9; }`
  return `{
umask 077
mkdir -p /run/mmha && exec 9<>/run/mmha/lock || exit 1
if flock -n 9${wait > 0 ? ` || ${later}` : ''}; then
  rm -f ${STEPS_STOP}
  printf '%s\\n' ${shellQuote(owner)} >/run/mmha/owner
  echo LOCKED
  while timeout ${SILENCE} dd bs=64 count=1 2>/dev/null | grep -q .; do :; done
  exit 0
else
  printf 'BUSY %s\\n' "$(cat /run/mmha/owner 2>/dev/null)"
  exit 75
fi
}
`
}
