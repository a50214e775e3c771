import { open } from 'node:fs/promises'

/** No password or token is longer. */
const LONGEST = 4096

/**
 * A password or token from its file, without the line end.
 * Rejects with what to do when the file is missing, empty, or open to others than its owner, who must be root or the daemon's own user.
 */
export async function readSecret(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { mode, uid, size } = await file.stat()
    if (uid !== 0 && uid !== process.getuid?.()) throw new Error(`${path} is not root's: chown root ${path}`)
    if ((mode & 0o077) !== 0) throw new Error(`${path} is open to others than root: chmod 600 ${path}`)
    if (size > LONGEST) throw new Error(`${path} is too long for a password`)
    const secret = (await file.readFile('utf8')).replace(/\r?\n$/, '')
    if (secret === '' || /\p{Cc}/u.test(secret)) throw new Error(`${path} does not hold one line with a password`)
    return secret
  } finally {
    await file.close()
  }
}
