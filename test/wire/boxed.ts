import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Daemon } from './daemon.ts'
import { runtimeOf } from './environment.ts'
import type { HostName, Segment } from './segment.ts'

/**
 * What becomes a host's own: processes (so that `pkill keepalived` ends this host's alone), /run, and files of /etc and
 * /usr/local, laid over the machine's. $1: directory of the box; then the daemon. The shell stays as the first process,
 * as init would: a host does not end with its daemon.
 */
const BOX = `set -e
box=$1
shift
mount -t tmpfs tmpfs "$box/over"
for top in etc usr/local; do
  mkdir -p "$box/files/$top" "$box/over/$top/upper" "$box/over/$top/work"
  cp -a "$box/files/$top/." "$box/over/$top/upper/"
  mount -t overlay overlay -o "lowerdir=/$top,upperdir=$box/over/$top/upper,workdir=$box/over/$top/work" "/$top"
done
mount -t tmpfs tmpfs /run
set +e
"$@" &
wait $!
echo "daemon ended: $?"
exec sleep infinity
`

/**
 * Starts our daemon as a distribution does: with the files of `files` (absolute path → text) at their own places, also
 * those of the pid file and the configuration. Only the log goes to the test.
 */
export function startBoxed(
  segment: Segment,
  host: HostName,
  place: { readonly dir: string; readonly bundle: string },
  files: Readonly<Record<string, string>>,
): Daemon {
  mkdirSync(join(place.dir, 'over'), { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    const file = join(place.dir, 'files', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, path.endsWith('.sh') || path.startsWith('/etc/init.d/') ? 0o755 : 0o644)
  }
  // Processes end with the first one, which is killed when `unshare` is.
  const apart = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child']
  const daemon = [runtimeOf('b'), place.bundle, '-n', '-l']
  const child = segment.spawn(host, 'unshare', ...apart, 'sh', '-c', BOX, 'box', place.dir, ...daemon)
  return new Daemon(child, '', place.bundle)
}
