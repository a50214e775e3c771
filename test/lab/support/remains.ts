import { readdirSync, readFileSync } from 'node:fs'

/** Everything on this machine that a lab of this name has, or has left: [] when there is nothing. */
export function remainsOf(name: string): readonly string[] {
  const ours = (other: string) => other === `mmha-${name}` || other.startsWith(`mmha-${name}.`)
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const cgroupMounts = mountinfo.filter((line) => / - cgroup2? /.test(line)).map((line) => line.split(' ')[4] ?? '')
  return [
    ...['/run/netns', '/run/systemd/nspawn/propagate', '/run/systemd/nspawn/unix-export', ...cgroupMounts].flatMap(
      (folder) =>
        entries(folder)
          .filter(ours)
          .map((entry) => `${folder}/${entry}`),
    ),
    ...['/run/mmha/lab', '/var/lib/mmha/lab'].flatMap((folder) =>
      entries(folder)
        .filter((entry) => entry === name || entry === `.${name}.lock`)
        .map((entry) => `${folder}/${entry}`),
    ),
    ...mountinfo.filter((line) => line.includes(`/mmha/lab/${name}/`) || line.includes(`/netns/mmha-${name}`)),
    ...processesWith((line) => line.includes(`mmha-${name}.`) || line.includes(`/mmha/lab/${name}/`)),
  ]
}

/**
 * Processes whose command line or cgroup matches, as `process PID: command line`. One that is dead and only waits for
 * this machine's init to take note (a zombie) counts no more.
 */
export function processesWith(matches: (line: string) => boolean): readonly string[] {
  return entries('/proc')
    .filter((pid) => /^\d+$/.test(pid) && !/^[ZX]/.test(text(`/proc/${pid}/stat`).split(') ').at(-1) ?? 'X'))
    .flatMap((pid) => {
      const command = text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
      return matches(command) || matches(text(`/proc/${pid}/cgroup`)) ? [`process ${pid}: ${command}`] : []
    })
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
