import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sink } from '../events/event.ts'
import { listLabNames, runRoot } from './place.ts'

const LIMIT = '/proc/sys/fs/inotify/max_user_instances'
/** What the limit was before we raised it. */
const BEFORE = join(runRoot, '.inotify-before')
/** Instances that a host's systemd and its services take, with room for a database and for tools in it. */
const PER_HOST = 10

/**
 * A booting systemd takes inotify instances, and root has 128 on most kernels: too few for several labs at once, which
 * shows as a host that hangs at boot. Raises the limit when it must, says so; `lab down` of the last lab puts it back.
 */
export function ensureInotifyInstances(hosts: number, sink: Sink): void {
  const limit = Number(readFileSync(LIMIT, 'utf8'))
  const needed = instancesInUse() + hosts * PER_HOST
  if (needed <= limit) return
  const raised = Math.max(1024, needed * 2)
  mkdirSync(runRoot, { recursive: true, mode: 0o700 })
  if (!existsSync(BEFORE)) writeFileSync(BEFORE, String(limit))
  writeFileSync(LIMIT, String(raised))
  sink({
    code: 'lab.inotify',
    level: 'info',
    message: `raised fs.inotify.max_user_instances from ${limit} to ${raised} until the last lab is down`,
    data: { limit, raised },
  })
}

/** Puts the limit back when no lab is left. */
export function restoreInotifyLimit(): void {
  if (!existsSync(BEFORE) || listLabNames().length > 0) return
  writeFileSync(LIMIT, readFileSync(BEFORE, 'utf8'))
  rmSync(BEFORE, { force: true })
}

function instancesInUse(): number {
  const links = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => linksOf(`/proc/${pid}/fd`))
  return links.filter((link) => link === 'anon_inode:inotify').length
}

/** What a process has open; one that has ended meanwhile has nothing open. */
function linksOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((fd) => {
      try {
        return readlinkSync(join(folder, fd))
      } catch {
        return ''
      }
    })
  } catch {
    return []
  }
}
