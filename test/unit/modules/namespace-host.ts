import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { frameScript } from '../../../src/hosts/remote-script.ts'
import { journalAfter, journalBefore, journalSetup, takeBack } from '../../../src/modules/host-journal.ts'
import { revealed, type Step, shellQuote } from '../../../src/modules/step.ts'

/** Its own network, processes and /etc; on a wire of its own a peer (10.77.0.12) and a stranger (10.77.0.99). */
const SETUP = `set -e
for at in mnt run var/lib var/log; do mount -t tmpfs tmpfs /$at; done
cp -a /etc /mnt/etc
mount --bind /mnt/etc /etc
mkdir -p /etc/mmha /var/lib/mmha
rm -rf /etc/iptables
ip link set lo up
unshare -n sleep infinity &
until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
ip link add eth0 type veth peer name eth0 netns $!
ip addr add 10.77.0.11/24 dev eth0
ip link set eth0 up
nsenter -t $! -n sh -c 'ip addr add 10.77.0.12/24 dev eth0; ip addr add 10.77.0.99/24 dev eth0; ip link set eth0 up'
echo $! >/run/outside
`

/** As for the scripts of a run. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH\n'

/** A host that a test may change: namespaces of this machine, which end with this object. */
export class NamespaceHost {
  readonly #shell: ChildProcess
  readonly #pid: string

  private constructor(shell: ChildProcess, pid: string) {
    this.#shell = shell
    this.#pid = pid
  }

  /** @param start sh that makes it what the test needs; what it leaves running ends with the host. */
  static async boot(start: string): Promise<NamespaceHost> {
    const apart = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--propagation', 'private', '--kill-child']
    // Its first process ends with this one, whatever becomes of it.
    const init = `( ${PATH}${SETUP}${start}\n) </dev/null >&2 && echo ready; exec cat`
    const shell = spawn('unshare', [...apart, 'sh', '-c', init], { stdio: ['pipe', 'pipe', 'pipe'] })
    let said = ''
    shell.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const ended = once(shell, 'exit').then(() => 'ended')
    const first = await Promise.race([once(shell.stdout, 'data').then(([data]) => String(data)), ended])
    if (first.trim() !== 'ready') throw new Error(`the host did not come up: ${said}`)
    const [init1] = execFileSync('pgrep', ['-P', String(shell.pid)], { encoding: 'utf8' }).split('\n')
    return new NamespaceHost(shell, init1 ?? '')
  }

  async shutDown(): Promise<void> {
    const ended = once(this.#shell, 'exit')
    this.#shell.stdin?.end()
    await ended
  }

  /** Runs sh there. @returns what it prints, errors too */
  sh(script: string): string {
    const words = ['-t', this.#pid, '-m', '-n', '-p', 'sh', '-s', '0', '1']
    return execFileSync('nsenter', words, { input: `${PATH}${script}`, encoding: 'utf8', timeout: 60_000 })
  }

  /** Runs steps as a run with a journal does. @throws when one fails, with what it said */
  apply(run: string, steps: readonly Step[]): void {
    const sections = steps.map((step, i) => ({
      id: step.id,
      text: revealed(step.run),
      before: journalBefore(String(i + 1), step),
      after: journalAfter(String(i + 1)),
    }))
    const setup = journalSetup({ id: run, command: 'provision', by: 'a test', started: '' })
    const said = this.sh(frameScript(sections, { nonce: 'test', kind: 'step', setup }))
    const ended = [...said.matchAll(/^@@test end \d+ (\d+)$/gm)].map(([, code]) => code)
    if (ended.length !== steps.length || ended.some((code) => code !== '0')) throw new Error(said)
  }

  /** Takes them back, the last one first. */
  takeBack(run: string, steps: readonly Step[]): void {
    for (const [i] of [...steps.entries()].reverse()) this.sh(`set -eu\n${revealed(takeBack(run, String(i + 1)))}`)
  }

  /** Who gets past the filter, all asked at once: what is let in meets a kernel that refuses, since nobody listens. */
  answers<T extends string>(asked: Readonly<Record<T, readonly [from: string, port: number]>>): Record<T, boolean> {
    const script = `import json, selectors, socket, sys
asked = json.loads(sys.argv[1])
waiting = selectors.DefaultSelector()
past = dict.fromkeys(asked, False)
for name, (source, port) in asked.items():
    s = socket.socket(); s.setblocking(False); s.bind((source, 0))
    s.connect_ex(('10.77.0.11', port)); waiting.register(s, selectors.EVENT_WRITE, name)
while waiting.get_map() and (events := waiting.select(1)):
    for key, _ in events:
        past[key.data] = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 111
        waiting.unregister(key.fileobj)
print(json.dumps(past))
`
    const there = `nsenter -t "$(cat /run/outside)" -n python3 -c`
    return JSON.parse(this.sh(`${there} ${shellQuote(script)} ${shellQuote(JSON.stringify(asked))}`)) as Record<
      T,
      boolean
    >
  }
}
