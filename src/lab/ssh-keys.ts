import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './command.ts'

/** The public half (one line) of a key pair made at `path`, without a passphrase, mode 600. */
export async function makeKey(path: string, comment: string): Promise<string> {
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path])
  return readFileSync(`${path}.pub`, 'utf8').trim()
}

/** A line of known_hosts. */
export function knownHostsLine(address: string, port: number, publicKey: string): string {
  const [type, key] = publicKey.split(' ')
  return `${port === 22 ? address : `[${address}]:${port}`} ${type} ${key}\n`
}

/** Arguments for ssh(1) that reach a host of a lab with its own key and its own known_hosts, and nothing else. */
export function sshArguments(ssh: { readonly key: string; readonly knownHosts: string }, port: number): string[] {
  return [
    ...['-F', 'none', '-i', ssh.key, '-p', String(port), '-o', 'IdentitiesOnly=yes'],
    ...['-o', `UserKnownHostsFile=${ssh.knownHosts}`, '-o', 'GlobalKnownHostsFile=none'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR'],
  ]
}

export const clientKey = (run: string) => join(run, 'id_ed25519')
export const knownHostsFile = (run: string) => join(run, 'known_hosts')
