import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'

/** A mount of a cgroup file system, out of /proc/self/mountinfo. */
interface CgroupMount {
  readonly path: string
  readonly type: 'cgroup' | 'cgroup2'
}

/** Mounts of cgroup file systems in the text of a mountinfo file. */
export function cgroupMounts(mountinfo: string): readonly CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const type = after.split(' ')[0]
    const path = before.split(' ')[4]
    return (type === 'cgroup' || type === 'cgroup2') && path !== undefined ? [{ path, type }] : []
  })
}

function mounts(): readonly CgroupMount[] {
  return cgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
}

/** Mount point of the unified hierarchy; null when this kernel has none mounted. */
export function unifiedMount(): string | null {
  return mounts().find((mount) => mount.type === 'cgroup2')?.path ?? null
}

/** A machine's cgroup: every process of it, and the supervisor round it, are in there. */
export function cgroupOf(machine: string): string {
  const unified = unifiedMount()
  if (unified !== null) return join(unified, machine)
  throw new MmhaError('no cgroup2 file system is mounted', {
    code: 'LAB_NO_CGROUP2',
    source: 'user',
    exit: EXIT.invalid,
    hint: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
  })
}

export function makeCgroup(machine: string): string {
  const path = cgroupOf(machine)
  mkdirSync(path, { recursive: true })
  return path
}

/** Whether any process is left in it. */
export function populated(cgroup: string): boolean {
  try {
    return /^populated 1$/m.test(readFileSync(join(cgroup, 'cgroup.events'), 'utf8'))
  } catch {
    return false
  }
}

/** Kills every process of a cgroup at the same moment (SIGKILL). */
export function killCgroup(cgroup: string): void {
  if (existsSync(cgroup)) writeFileSync(join(cgroup, 'cgroup.kill'), '1')
}

/**
 * Resolves when the last process of the cgroup is gone: the kernel reports it, nothing is polled.
 * @param timeout ms
 */
export function untilEmpty(cgroup: string, timeout: number): Promise<void> {
  return new Promise((done, fail) => {
    if (!populated(cgroup)) return done()
    const finish = (error?: MmhaError) => {
      watcher.close()
      clearTimeout(timer)
      error ? fail(error) : done()
    }
    const look = () => {
      if (!populated(cgroup)) finish()
    }
    const watcher = watch(join(cgroup, 'cgroup.events'), look)
    const timer = setTimeout(() => {
      const message = `processes of ${cgroup} did not end within ${timeout} ms`
      finish(
        new MmhaError(message, {
          code: 'LAB_STUCK',
          source: 'mmha',
          exit: EXIT.failed,
          hint: 'run `mmha lab down` again',
        }),
      )
    }, timeout)
    look()
  })
}

/** Removes a machine's cgroup from every hierarchy (nspawn makes one in systemd's v1 tree too). It must be empty. */
export function removeCgroups(belongs: (name: string) => boolean): void {
  for (const { path } of mounts()) {
    for (const name of folders(path).filter(belongs)) removeTree(join(path, name))
  }
}

/** Machines that have a cgroup in the unified hierarchy. */
export function machinesWithCgroup(belongs: (name: string) => boolean): readonly string[] {
  const unified = unifiedMount()
  return unified === null ? [] : folders(unified).filter(belongs)
}

function removeTree(path: string): void {
  for (const name of folders(path)) removeTree(join(path, name))
  rmdirSync(path)
}

function folders(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}
