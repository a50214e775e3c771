import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { errors } from '../events/messages/errors.ts'
import type { Become, SshTarget } from '../inventory/inventory.ts'

/** A shell for what comes on stdin. $1 is the uid of the login, $2 is 1 when it is root's. */
export const ROOT_SHELL = 'exec /bin/sh -s "$@"'

export interface RootCommand {
  /** For the login shell, whichever that is. */
  readonly command: string
  /** What its stdin begins with; secret. */
  readonly prefix: string
}

/** Exit status of a command that did not become root, and what its last words on stderr begin with. */
const DENIED = { status: 98, sign: '@@mmha not root: ' }

/**
 * The way to run sh text as root: sudo or doas without a password where that works, else sudo or su with one, on stdin. Without
 * a password, and where nothing works, the text runs as who logged in, and sees a $2 of 0.
 * @param mark a line that nothing else of stdin is like
 */
export function asRoot(become: Become | undefined, text: string, mark: string): RootCommand {
  const { method = 'auto', password = null } = become ?? {}
  const run = `/bin/sh -c ${quote(text)} sh`
  if (password === null || method === 'doas') {
    const ways = [
      ...(method === 'auto' || method === 'sudo'
        ? [
            `elif e=$(LC_ALL=C sudo -n true 2>&1); then exec sudo -n ${run} "$MMHA_UID" 1; `,
            `elif ${wantsTerminal} && ${inTerminal('sudo -n true')}; then exec ${inTerminal(`sudo -n ${run} "$MMHA_UID" 1`)}; `,
          ]
        : []),
      ...(method === 'auto' || method === 'doas'
        ? [`elif doas -n true 2>/dev/null; then exec doas -n ${run} "$MMHA_UID" 1; `]
        : []),
    ].join('')
    return {
      command: inSh(`${WHO}; if [ "$u" = 0 ]; then exec ${run} 0 1; ${ways}else exec ${run} "$u" 0; fi`),
      prefix: '',
    }
  }
  const secret = password.reveal()
  // sudo takes its line from stdin only when it asks: whatever it left is read away, up to the mark.
  const behind = `while IFS= read -r m; do if [ "$m" = ${mark} ]; then exec ${run} "$@"; fi; done; exit 97`
  const sudo = "sudo -k -S -p ''"
  const go = `${sudo} /bin/sh -c ${quote(behind)} sh "$MMHA_UID" 1`
  const trying = (way: string) => `e=$(printf "%s\\n" "$p" | { ${way}; } 2>&1)`
  const ways =
    method === 'su'
      ? `if ${trying('su -s /bin/sh -c true root')}; then exec su -s /bin/sh -c ${quote(`set -- $MMHA_UID 1; ${behind}`)} root; fi`
      : `if ${trying(`${sudo} true`)}; then exec ${go}; ` +
        `elif ${wantsTerminal} && ${trying(inTerminal(`${sudo} true`))}; then exec ${inTerminal(go)}; fi`
  // Tried apart first: after a wrong password sudo would take the script, line by line, for further ones, and lock the account.
  const script = [
    `LC_ALL=C; export LC_ALL; ${WHO}`,
    `if [ "$u" = 0 ]; then exec /bin/sh -c ${quote(behind)} sh 0 1; fi`,
    'IFS= read -r p',
    ways,
    `printf "%s%s\\n" ${quote(DENIED.sign)} "$e" >&2; exit ${DENIED.status}`,
  ].join('; ')
  return { command: inSh(script), prefix: `${secret}\n${secret}\n${mark}\n` }
}

const WHO = 'u=$(id -u); MMHA_UID=$u; export MMHA_UID'

/** sudo's `requiretty`, long a default of RHEL and CentOS; script(1) is util-linux's. */
const wantsTerminal = `case $e in *"have a tty"*) command -v script >/dev/null;; *) false;; esac`

/** The command with a terminal of its own, which it does not use: stdin, stdout and stderr are those of whoever asks for it. */
function inTerminal(command: string): string {
  const kept = `${command} <&3 >&4 2>&5`
  return `env SHELL=/bin/sh script -qec ${quote(kept)} /dev/null 3<&0 4>&1 5>&2 </dev/null >/dev/null 2>&1`
}

/** Why a command did not run as root; null: it did. */
export function denied(name: string, target: SshTarget, code: number, stderr: string): MmhaError | null {
  const at = stderr.lastIndexOf(DENIED.sign)
  if (code !== DENIED.status || at === -1) return null
  const method = target.become?.method === 'su' ? 'su' : 'sudo'
  const said = stderr
    .slice(at + DENIED.sign.length)
    .replaceAll(/Password: ?/g, '')
    .trim()
  const last = said.split('\n').at(-1)
  const [, hint] = EXPLAINED.find(([sign]) => sign.test(said)) ?? [null, errors('become.log.do')]
  return new MmhaError(
    errors('become.denied', {
      login: `${target.user}@${target.host}`,
      method,
      why: last || errors('become.no-reason'),
    }),
    {
      code: 'BECOME_DENIED',
      source: 'user',
      exit: EXIT.unreachable,
      host: name,
      where: errors('where.becoming-root'),
      hint,
    },
  )
}

const EXPLAINED: readonly (readonly [RegExp, Text])[] = [
  [/not in the sudoers|not allowed to execute/, errors('become.sudoers.do')],
  [/must have a tty|requiretty/, errors('become.tty.do')],
  [/not found/, errors('become.missing.do', { how: 'ssh: {become: {method: sudo|su}}' })],
  [
    /incorrect password|Authentication failure|no password was provided|try again|incorrect authentication/,
    errors('become.password.do', { what: 'ssh: {become: {password: …}}' }),
  ],
]

/** su says this on stderr before anything else. */
export function withoutPrompt(stderr: string, become: Become | undefined): string {
  return become?.method === 'su' ? stderr.replace(/^Password: ?\n?/, '') : stderr
}

function inSh(script: string): string {
  return `exec /bin/sh -c ${quote(script)}`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
