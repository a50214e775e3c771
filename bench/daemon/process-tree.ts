import { readdirSync, readFileSync } from 'node:fs'

/** What a daemon's processes take together. */
export interface Usage {
  /** ns of all threads since they began. */
  readonly cpuNs: number
  /** KiB, each page divided by those who share it. */
  readonly pssKib: number
  readonly processes: number
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It has ended between two looks.
    return ''
  }
}

function family(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    // The name may hold spaces and parentheses; what follows the last one does not.
    const parent = Number(
      read(`/proc/${name}/stat`)
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    )
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const all = [root]
  for (const pid of all) all.push(...(children.get(pid) ?? []))
  return all
}

function cpuOf(pid: number): number {
  let sum = 0
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      sum += Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0)
    }
  } catch {
    // It has ended.
  }
  return sum
}

/** A process and all its descendants. */
export function usageOf(root: number): Usage {
  const pids = family(root)
  const pss = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return {
    cpuNs: pids.reduce((sum, pid) => sum + cpuOf(pid), 0),
    pssKib: pss.reduce((sum, one) => sum + one, 0),
    processes: pids.length,
  }
}
