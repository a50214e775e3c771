import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NONBLOCK } = constants

/** @throws Error for a FIFO, a device or a folder: reading one would wait, or never end. */
function demandFile(descriptor: number): void {
  if (!fstatSync(descriptor).isFile()) throw new Error('it is no regular file')
}

/** The first bytes of a file, without ever waiting. @throws the system's error; as `demandFile` */
export function fileStart(path: string, bytes: number): string {
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK)
  try {
    demandFile(descriptor)
    const buffer = Buffer.alloc(bytes)
    return buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, bytes, 0))
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a file with this text, without ever waiting. @throws the system's error, EEXIST where one is that must not be replaced */
export function writeStart(path: string, text: string, replace: boolean): void {
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK | (replace ? O_TRUNC : O_EXCL), 0o644)
  try {
    demandFile(descriptor)
    writeSync(descriptor, text)
  } finally {
    closeSync(descriptor)
  }
}
