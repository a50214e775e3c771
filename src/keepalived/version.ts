/** Set by the bundler. */
declare const MMHA_VERSION: string | undefined

export function daemonVersion(): string {
  return typeof MMHA_VERSION === 'undefined' ? 'from source' : MMHA_VERSION
}
