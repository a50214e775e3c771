import { hostname, userInfo } from 'node:os'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { ROOT_SHELL } from '../hosts/remote-script.ts'
import { shellQuote } from '../modules/step.ts'

/** A lock on a host. It is a file lock held by a channel of our connection: it dies with us, however we die. */
export interface HostLock {
  release(): Promise<void>
}

/** Takes the lock of a host. @throws MmhaError LOCKED (exit 75) naming its owner. */
export async function takeLock(connection: Connection): Promise<HostLock> {
  const channel = await connection.openStream(ROOT_SHELL)
  const owner = `${userInfo().username}@${hostname()} (process ${process.pid}) since ${new Date().toISOString()}`
  let text = ''
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()))
  const answered = new Promise<void>((resolve) => {
    channel.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/^(LOCKED|BUSY .*)$/m.test(text) && text.endsWith('\n')) resolve()
    })
    channel.once('close', () => resolve())
  })
  channel.stderr.resume()
  channel.write(lockScript(owner))
  await answered
  if (/^LOCKED$/m.test(text)) {
    return {
      release: async () => {
        channel.end()
        await closed
      },
    }
  }
  channel.end()
  const holder = /^BUSY (.*)$/m.exec(text)?.[1]
  if (holder === undefined) {
    throw new MmhaError(`cannot take the lock on ${connection.name}: flock does not work there`, {
      code: 'LOCK_FAILED',
      source: 'user',
      exit: EXIT.failed,
      host: connection.name,
      where: 'lock',
      hint: 'install util-linux there and see whether /run is writable',
    })
  }
  throw new MmhaError(`another mmha is at work on ${connection.name}: ${holder || 'its owner is unknown'}`, {
    code: 'LOCKED',
    source: 'user',
    exit: EXIT.locked,
    host: connection.name,
    where: 'lock',
    hint: 'wait until it is done; the lock ends by itself when that process ends',
  })
}

/** One group, so that the shell has read all of it before `cat` takes the rest of stdin. */
function lockScript(owner: string): string {
  return `{
umask 077
mkdir -p /run/mmha && exec 9<>/run/mmha/lock || exit 1
if flock -n 9; then
  printf '%s\\n' ${shellQuote(owner)} >/run/mmha/owner
  echo LOCKED
  exec cat >/dev/null
else
  printf 'BUSY %s\\n' "$(cat /run/mmha/owner 2>/dev/null)"
  exit 75
fi
}
`
}
