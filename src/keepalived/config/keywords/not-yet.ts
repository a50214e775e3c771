/**
 * Keywords that keepalived 2.2 and 2.4 know in a block and that we don't read yet: named, so that nobody's correct keyword is
 * taken for a typing error. A row of the table replaces a name here when it comes.
 */
export const NOT_YET: Readonly<Record<string, readonly string[]>> = {
  top: split(`virtual_server_group SSL`),
  virtual_server: split(`delay_before_retry_all`),
  HTTP_GET: split(`http_protocol_version`),
}

function split(words: string): readonly string[] {
  return words.trim().split(/\s+/)
}
