import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Calls back for each complete line of a UTF-8 stream; a last line without newline is dropped. */
export function onLines(stream: Readable, line: (text: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part !== '') line(part)
  })
}
