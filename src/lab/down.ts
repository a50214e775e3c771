import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import { cgroupOf, killCgroup, machinesWithCgroup, removeCgroups, untilEmpty } from './cgroup.ts'
import { type FileLock, lockFile } from './file-lock.ts'
import { restoreInotifyLimit } from './inotify.ts'
import { namespaces, processesIn, removeNamespace, unmountUnder } from './network.ts'
import { belongsTo, placeOf } from './place.ts'
import { ancestors, endProcess } from './process-tree.ts'
import { requireRoot } from './requirements.ts'

/** Folders of nspawn that outlive a machine that was killed. */
const NSPAWN_LEFTOVERS = ['/run/systemd/nspawn/propagate', '/run/systemd/nspawn/unix-export']

/** The lab's lock: one `up` or `down` at a time. */
export async function lockLab(name: string): Promise<FileLock> {
  const lock = await lockFile(placeOf(name).lock, 5)
  if (typeof lock !== 'string') return lock
  throw new MmhaError(`process ${lock.trim()} is at work on the lab ${name}`, {
    code: 'LAB_LOCKED',
    source: 'user',
    exit: EXIT.locked,
    hint: 'wait for it, or end it; then run this again',
  })
}

/**
 * Takes a lab down: its hosts, their disks, its network. Needs no record of it, so it clears up after a crash, too.
 * @returns whether there was anything of it.
 */
export async function labDown(name: string, sink: Sink): Promise<boolean> {
  requireRoot()
  const lock = await lockLab(name)
  try {
    const found = await clearLab(name)
    sink({
      code: found ? 'lab.down' : 'lab.down.nothing',
      level: 'info',
      message: found ? `lab ${name} is down: nothing of it is left` : `there is no lab ${name}`,
      data: { name },
    })
    return found
  } finally {
    await lock.release()
  }
}

/** The same for who holds the lock already. */
export async function clearLab(name: string): Promise<boolean> {
  const place = placeOf(name)
  const ours = (other: string) => belongsTo(name, other)
  let found = existsSync(place.run) || existsSync(place.disks)
  for (const machine of machinesWithCgroup(ours)) {
    found = true
    killCgroup(cgroupOf(machine))
    await untilEmpty(cgroupOf(machine), 20_000)
  }
  removeCgroups(ours)
  for (const namespace of namespaces().filter(ours)) {
    found = true
    await endProcesses(namespace)
    await removeNamespace(namespace)
  }
  await unmountUnder(place.run)
  for (const folder of [place.run, place.disks]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  for (const folder of NSPAWN_LEFTOVERS.filter(existsSync)) {
    for (const left of readdirSync(folder).filter(ours)) rmSync(join(folder, left), { recursive: true, force: true })
  }
  restoreInotifyLimit()
  return found
}

/** Ends what was started in a lab's network (an open `lab ssh`, a drill), but not this program and who called it. */
async function endProcesses(namespace: string): Promise<void> {
  const strangers = async () => {
    const spared = new Set(ancestors(process.pid))
    return (await processesIn(namespace)).filter((pid) => !spared.has(pid))
  }
  const deadline = performance.now() + 2000
  let signal: NodeJS.Signals = 'SIGTERM'
  for (let left = await strangers(); left.length > 0; left = await strangers()) {
    for (const pid of left) endProcess(pid, signal)
    if (performance.now() > deadline) signal = 'SIGKILL'
    if (performance.now() > deadline + 5000) return
    await delay(50)
  }
}
